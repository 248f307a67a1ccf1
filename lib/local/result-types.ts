import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  type DuckDBPreparedStatement,
  DuckDBStructType,
  type DuckDBType,
  DuckDBUnionType,
} from "@duckdb/node-api";
import { toSubquery } from "../sql/split-statements.ts";
import { columnNames, quoteName } from "./duckdb.ts";

/** Types that take the place of others, by DuckDB's name of them. */
type Substitutes = Readonly<Record<string, string>>;

/** What JavaScript or Parquet would round, convert or refuse. */
const READABLE: Substitutes = {
  INTERVAL: "VARCHAR",
  "TIME WITH TIME ZONE": "VARCHAR",
  UHUGEINT: "VARCHAR",
};

/** DuckDB would write a sum of integers as DOUBLE. */
const EXACT_IN_PARQUET: Substitutes = { HUGEINT: "DECIMAL(38,0)" };

/**
 * The same SELECT with columns that keep their values in every format.
 *
 * @param prepared - the statement
 */
export function withReadableTypes(sql: string, prepared: DuckDBPreparedStatement): string {
  const names = columnNames(prepared);
  const cells = names.map((_, i) => castCell(`c${i}`, prepared.columnType(i), READABLE));
  if (cells.every((cell, i) => cell === `c${i}`)) return sql;
  return `${fromResult(sql, names.length)} SELECT ${named(cells, names)}`;
}

/**
 * The FROM clause over the result of a query, whose columns it names `c0`, `c1` and so on. It goes
 * before the SELECT, so that errors name the lines of the query.
 */
export function fromResult(sql: string, columnCount: number): string {
  const columns = Array.from({ length: columnCount }, (_, i) => `c${i}`);
  return `FROM ${toSubquery(sql)} AS result(${columns.join(", ")})`;
}

/** Cells with these names, SQL. */
export function named(cells: readonly string[], names: readonly string[]): string {
  return cells.map((cell, i) => `${cell} AS ${quoteName(names[i] ?? "")}`).join(", ");
}

/** A cell with a type that Parquet has, SQL. */
export function exactInParquet(cell: string, type: DuckDBType): string {
  return castCell(cell, type, EXACT_IN_PARQUET);
}

function castCell(cell: string, type: DuckDBType, substitutes: Substitutes): string {
  const wanted = substitute(type, substitutes);
  return wanted === String(type) ? cell : `CAST(${cell} AS ${wanted})`;
}

/** @returns the type with its parts replaced, SQL; members without a name get Athena's */
function substitute(type: DuckDBType, substitutes: Substitutes): string {
  const of = (part: DuckDBType) => substitute(part, substitutes);
  const member = (name: string, part: DuckDBType | undefined) =>
    `${quoteName(name)} ${part && of(part)}`;
  if (type instanceof DuckDBListType) return `${of(type.valueType)}[]`;
  if (type instanceof DuckDBArrayType) return `${of(type.valueType)}[${type.length}]`;
  if (type instanceof DuckDBMapType) return `MAP(${of(type.keyType)}, ${of(type.valueType)})`;
  if (type instanceof DuckDBStructType) {
    const members = type.entryNames.map((name, i) =>
      member(name === "" ? `field${i}` : name, type.entryTypes[i]),
    );
    return `STRUCT(${members.join(", ")})`;
  }
  if (type instanceof DuckDBUnionType) {
    const members = type.memberTags.map((tag, i) => member(tag, type.memberTypes[i]));
    return `UNION(${members.join(", ")})`;
  }
  return substitutes[String(type)] ?? String(type);
}
