/**
 * The least that `columns` does: DuckDB reads the lines of each day and writes the same columns, and
 * nothing is checked. Its argument is the archive's directory.
 */
import { sealedDays } from "../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { createDatabase, quote } from "../lib/local/duckdb.ts";
import { listDayObjects } from "../lib/local/lake-files.ts";
import { createLinesView } from "../lib/local/lake-views.ts";
import { AUDIT_LOGS_SQL } from "../lib/sql/audit-logs-view.ts";
import { SOURCE } from "./made-up-archive.ts";

const [directory = ""] = process.argv.slice(2);
const store = new DirectoryArchiveStore(directory);
for (const day of await sealedDays(store, SOURCE)) {
  const keys = await listDayObjects(store, SOURCE, day);
  const database = await createDatabase();
  const connection = await database.connect();
  await createLinesView(
    connection,
    keys.map((key) => `${directory}/${key}`),
  );
  await connection.run(
    `COPY (SELECT * FROM (${AUDIT_LOGS_SQL}) ORDER BY date_create, id)
     TO ${quote(`${directory}/floor.parquet`)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  connection.closeSync();
  database.closeSync();
}
