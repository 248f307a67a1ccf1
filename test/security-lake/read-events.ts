import { createDatabase } from "../../lib/local/duckdb.ts";
import { makeDirectory } from "../sql/open-lake-of.ts";
import type { MemoryEventStore } from "./memory-event-store.ts";

/** What a select says over the files of all classes. */
export async function readEvents(
  store: MemoryEventStore,
  select: string,
  clauses = "",
  from = "events",
): Promise<unknown[][]> {
  const directory = await makeDirectory();
  await store.writeTo(directory);
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    await connection.run(
      `SET VARIABLE files = (SELECT list(file) FROM glob('${directory}/ext/**'))`,
    );
    await connection.run(
      "CREATE VIEW events AS SELECT * FROM read_parquet(getvariable('files'), union_by_name = true, filename = true, file_row_number = true)",
    );
    const order = clauses === "" || clauses.includes("ORDER") ? "" : "ORDER BY 1";
    const result = await connection.runAndReadAll(
      `SELECT ${select} FROM ${from} ${clauses} ${order}`,
    );
    return result.getRowsJson();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
