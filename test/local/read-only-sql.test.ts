import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeEntry } from "../../fake-slack/entries.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { QueryError } from "../../lib/sql/query-result.ts";
import { makeDirectory, openLakeOf, writeArchive } from "../sql/open-lake-of.ts";

/** Below the archive, which a query may read, so that DuckDB's own rules do not keep it out. */
const WRITES = [
  "SELECT * FROM enable_logging(storage := 'file', storage_config := {'path': 'TARGET'})",
  `SELECT * FROM main."ENABLE_LOGGING"(storage := 'file', storage_config := {'path': 'TARGET'})`,
  "SELECT (SELECT 1 FROM enable_logging(storage := 'file', storage_config := {'path': 'TARGET'}))",
  "WITH a AS (FROM enable_logging(storage := 'file', storage_config := {'path': 'TARGET'})) FROM a",
  "SELECT * FROM query('FROM enable_logging(storage := ''file'', storage_path := ''TARGET'')')",
  "DESCRIBE FROM enable_logging(storage := 'file', storage_config := {'path': 'TARGET'})",
  "CALL enable_logging(storage := 'file', storage_config := {'path': 'TARGET'})",
  "EXPORT DATABASE 'TARGET'",
  "EXPORT DATABASE 'TARGET' (FORMAT parquet)",
  "SELECT 1; EXPORT DATABASE 'TARGET'",
  "COPY (SELECT 1) TO 'TARGET'",
  "COPY audit_logs TO 'TARGET' (FORMAT parquet)",
  "EXPLAIN ANALYZE COPY (SELECT 1) TO 'TARGET'",
  "ATTACH 'TARGET'",
  "PRAGMA enable_profiling",
  "PRAGMA profiling_output = 'TARGET'",
  "SET log_query_path = 'TARGET'",
  "INSTALL httpfs",
  "LOAD httpfs",
  "CALL pragma_version()",
  "IMPORT DATABASE 'TARGET'",
  "CREATE TABLE t (a integer)",
  "CHECKPOINT",
  "SELECT * FROM checkpoint()",
];

describe("a query", () => {
  it.each(WRITES)("that is no plain SELECT is refused, and writes nothing: %s", async (text) => {
    const directory = await makeDirectory();
    await writeArchive(directory, [makeEntry()]);
    using lake = await openLake(directory);
    const before = await readdir(directory, { recursive: true });
    const target = join(directory, "audit_logs", "target");
    const sql = text.replaceAll("TARGET", target.replaceAll("'", "''"));

    await expect(lake.query(sql)).rejects.toThrow(QueryError);

    expect(existsSync(target)).toBe(false);
    expect(await readdir(directory, { recursive: true })).toEqual(before);
    expect((await lake.query("SELECT count(*) FROM audit_logs")).rows).toEqual([[1]]);
  });

  it.each([
    "SELECT 1",
    "WITH a AS (SELECT id FROM audit_logs) SELECT * FROM a",
    "VALUES (1)",
    "FROM audit_logs",
    "DESCRIBE audit_logs",
    "SHOW TABLES",
    "SUMMARIZE audit_logs",
    "SELECT * FROM range(3) CROSS JOIN UNNEST([1]) AS t (x)",
    "SELECT count(*) FROM duckdb_functions()",
  ])("that reads is run: %s", async (sql) => {
    const lake = await openLakeOf();

    expect((await lake.query(sql)).columns).not.toEqual([]);
  });

  it("cannot change how DuckDB is set up", async () => {
    const lake = await openLakeOf();

    const { rows } = await lake.query("SELECT current_setting('lock_configuration')");

    expect(rows).toEqual([[true]]);
  });
});
