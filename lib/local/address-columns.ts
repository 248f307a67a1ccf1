import { BOOLEAN, type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from "@duckdb/node-api";
import { toSubquery } from "../sql/split-statements.ts";
import { columnNames } from "./duckdb.ts";

/** What is known of an address. */
interface AddressFacts {
  country?: string;
  network?: string;
  isKnownNetwork?: boolean;
}

/** @param address - as Slack sent it */
export type LookUpAddress = (address: string) => AddressFacts;

/** Columns of an address, each made by a function. */
const COLUMNS = [
  ["country", VARCHAR, ({ country }: AddressFacts) => country],
  ["network", VARCHAR, ({ network }: AddressFacts) => network],
  ["is_known_network", BOOLEAN, ({ isKnownNetwork }: AddressFacts) => isKnownNetwork],
] as const;

/** Column that holds the address. */
const ADDRESS = "ip_address";

/** Make the functions of {@link withAddressColumns}, for all connections of the database. */
export function createAddressFunctions(connection: DuckDBConnection, lookUp: LookUpAddress): void {
  for (const [name, returnType, factOf] of COLUMNS) {
    const scalarFunction = DuckDBScalarFunction.create({
      name: `address_${name}`,
      returnType,
      parameterTypes: [VARCHAR],
      mainFunction: (_, input, output) => {
        const addresses = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row += 1) {
          const address = addresses.getItem(row);
          output.setItem(
            row,
            typeof address === "string" ? (factOf(lookUp(address)) ?? null) : null,
          );
        }
        output.flush();
      },
    });
    connection.registerScalarFunction(scalarFunction);
  }
}

/**
 * The rows of a SELECT with what is known of their `ip_address` behind them.
 *
 * @param subquery - the SELECT, in parentheses
 */
export function withAddressColumns(subquery: string): string {
  const columns = COLUMNS.map(([name]) => `address_${name}(${ADDRESS}) AS ${name}`);
  return `SELECT *, ${columns.join(", ")} FROM ${subquery}`;
}

/** The same SELECT, with what is known of `ip_address` where its rows have one and say nothing of it. */
export async function addAddressColumns(
  connection: DuckDBConnection,
  select: string,
): Promise<string> {
  const prepared = await connection.prepare(select);
  const names = columnNames(prepared).map((name) => name.toLowerCase());
  const isSilent =
    names.filter((name) => name === ADDRESS).length === 1 &&
    !COLUMNS.some(([name]) => names.includes(name));
  return isSilent ? withAddressColumns(toSubquery(select)) : select;
}
