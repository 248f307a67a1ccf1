import type { QueryResult, RowStream } from "../sql/query-result.ts";
import { CLASS_NAMES } from "./classes.ts";
import { type ColumnType, columnsOf } from "./columns.ts";
import type { OcsfEvent } from "./event.ts";
import { leafTexts } from "./leaf-texts.ts";

type Cell = QueryResult["rows"][number][number];

/** Events of all classes as rows of one table: what a class does not have is null. */
export function toRows(events: AsyncIterable<OcsfEvent[]>): RowStream {
  const columns = Object.entries(
    Object.assign({}, ...CLASS_NAMES.map(columnsOf)) as Record<string, ColumnType>,
  );
  return {
    columns: columns.map(([name]) => name),
    types: columns.map(([, type]) => duckDbType(type)),
    batches: toBatches(events, columns),
  };
}

async function* toBatches(
  events: AsyncIterable<OcsfEvent[]>,
  columns: readonly [string, ColumnType][],
): AsyncGenerator<Cell[][]> {
  for await (const batch of events) {
    yield batch.map((event) =>
      columns.map(([name, type]) => {
        const value = event[name];
        if (value === undefined) return null;
        return (type === "map" ? Object.fromEntries(leafTexts(value)) : value) as Cell;
      }),
    );
  }
}

const DUCKDB_TYPES = {
  string: "VARCHAR",
  integer: "INTEGER",
  long: "BIGINT",
  boolean: "BOOLEAN",
  json: "JSON",
  map: "MAP(VARCHAR, VARCHAR)",
} as const;

function duckDbType(type: ColumnType): string {
  if (typeof type === "string") return DUCKDB_TYPES[type];
  if (Array.isArray(type)) return `${duckDbType(type[0])}[]`;
  const fields = Object.entries(type).map(([name, field]) => `"${name}" ${duckDbType(field)}`);
  return `STRUCT(${fields.join(", ")})`;
}
