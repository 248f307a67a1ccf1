import type { DuckDBConnection } from "@duckdb/node-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { listLakeFiles } from "../../lib/local/lake-files.ts";
import { createLinesView } from "../../lib/local/lake-views.ts";
import { AUDIT_LOGS_COLUMNS, auditLogsSql } from "../../lib/sql/audit-logs-view.ts";
import { describeDaySql } from "../../lib/sql/columns-digest.ts";
import { createColumnsTable, mergeDay, TABLE_DAYS_SQL } from "../../lib/sql/columns-table.ts";
import { makeDirectory, writeArchive } from "./open-lake-of.ts";
import { trinoProblems } from "./trino-grammar.ts";

const DAY = "2026-03-02";

/** Iceberg's table as DuckDB has one, and the lines of an archive. */
async function openTables(): Promise<DuckDBConnection> {
  const directory = await makeDirectory();
  await writeArchive(directory, makeEntries(20, { stepSeconds: 1800 }));
  await writeArchive(directory, makeEntries(5, { from: Date.UTC(2026, 2, 4) / 1000 }));
  const database = await createDatabase();
  const connection = await database.connect();
  onTestFinished(() => {
    connection.closeSync();
    database.closeSync();
  });
  const { entries } = await listLakeFiles(new DirectoryArchiveStore(directory));
  await createLinesView(
    connection,
    entries.map((key) => `${directory}/${key}`),
  );
  const types = {
    varchar: "VARCHAR",
    bigint: "BIGINT",
    integer: "INTEGER",
    boolean: "BOOLEAN",
    "timestamp(3)": "TIMESTAMP",
  };
  const columns = AUDIT_LOGS_COLUMNS.map(({ name, type }) => `${name} ${types[type]}`);
  await connection.run(`CREATE TABLE audit_logs_columns (${columns.join(", ")})`);
  return connection;
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[]> {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

describe("the columns table", () => {
  it("is made with the view's columns, partitioned by organization and day", () => {
    const sql = createColumnsTable("s3://columns/a-1/");
    expect(sql).toMatch(/^CREATE TABLE IF NOT EXISTS audit_logs_columns \($/m);
    for (const { name } of AUDIT_LOGS_COLUMNS) expect(sql).toContain(`  ${name} `);
    expect(sql).toContain("PARTITIONED BY (source, dt)");
    expect(sql).toContain("LOCATION 's3://columns/a-1/'");
    expect(sql).toContain("'table_type' = 'ICEBERG'");
  });

  it("takes a day's entries once, however often they are merged", async () => {
    const connection = await openTables();
    const before = await rowsOf(connection, `SELECT * FROM (${auditLogsSql([])}) ORDER BY id`);
    for (let merges = 0; merges < 3; merges++) {
      await connection.run(mergeDay("slack", DAY));
      const [[entries, differing] = []] = (await rowsOf(
        connection,
        describeDaySql("audit_logs_columns", `source = 'slack' AND dt = '${DAY}'`),
      )) as string[][];
      const ofDay = before.filter((row) => (row as string[]).at(-2) === DAY).length;
      expect([Number(entries), Number(differing)]).toEqual([ofDay, 0]);
    }
    const compacted = [{ source: "slack", from: DAY, to: DAY }];
    const after = await rowsOf(
      connection,
      `SELECT * FROM (${auditLogsSql(compacted)}) ORDER BY id`,
    );
    expect(after).toEqual(before);
  });

  it("serves nothing of a day that is half merged, and all of it from the lines", async () => {
    const connection = await openTables();
    const before = await rowsOf(connection, `SELECT * FROM (${auditLogsSql([])}) ORDER BY id`);
    await connection.run(mergeDay("slack", DAY));
    await connection.run("DELETE FROM audit_logs_columns WHERE hour = 9");
    const other = [{ source: "slack", from: "2026-03-04", to: "2026-03-04" }];
    await connection.run(mergeDay("slack", "2026-03-04"));
    expect(await rowsOf(connection, `SELECT * FROM (${auditLogsSql(other)}) ORDER BY id`)).toEqual(
      before,
    );
    // A repeated merge mends it.
    await connection.run(mergeDay("slack", DAY));
    const both = [...other, { source: "slack", from: DAY, to: DAY }];
    expect(await rowsOf(connection, `SELECT * FROM (${auditLogsSql(both)}) ORDER BY id`)).toEqual(
      before,
    );
  });

  it.each([
    ["the merge", mergeDay("slack", DAY)],
    ["the digest", describeDaySql("audit_logs_columns", `source = 'slack' AND dt = '${DAY}'`)],
    ["what it has of each day", TABLE_DAYS_SQL],
    ["the view", auditLogsSql([{ source: "slack", from: DAY, to: DAY }])],
  ])("%s is Trino's SQL", (_, sql) => {
    expect(trinoProblems(sql)).toEqual([]);
  });
});
