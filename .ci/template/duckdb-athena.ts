import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase, quote } from "../../lib/local/duckdb.ts";
import { listLakeFiles } from "../../lib/local/lake-files.ts";
import { createLakeViews } from "../../lib/local/lake-views.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_VIEW } from "../../lib/sql/audit-logs-view.ts";
import { COMPACT_TABLE } from "../../lib/sql/table.ts";
import type { Answer, Engine } from "../../test/fakes/local-account/athena.ts";

const NOTHING: Answer = { columns: [], rows: [] };

const TYPES = {
  varchar: "VARCHAR",
  bigint: "BIGINT",
  integer: "INTEGER",
  boolean: "BOOLEAN",
  "timestamp(3)": "TIMESTAMP",
};

/**
 * DuckDB in Athena's place: it runs the statements themselves, over a copy of the archive's lines.
 * The table is DuckDB's own, not Iceberg's, and has no files: only where Athena would have put them.
 */
export class DuckDbAthena implements Engine {
  readonly #archive: ArchiveStore;
  readonly #directory: string;
  readonly #copy: DirectoryArchiveStore;
  readonly #copied = new Set<string>();
  readonly #database: DuckDBInstance;
  /** Of the table's files, ending in a slash; nothing while there is no table. */
  #location: string | undefined;
  /** The statement that made the view last; empty before. */
  view = "";

  private constructor(archive: ArchiveStore, directory: string, database: DuckDBInstance) {
    this.#archive = archive;
    this.#directory = directory;
    this.#copy = new DirectoryArchiveStore(directory);
    this.#database = database;
  }

  static async start(archive: ArchiveStore): Promise<DuckDbAthena> {
    const directory = await mkdtemp(join(tmpdir(), "athena-"));
    return new DuckDbAthena(archive, directory, await createDatabase());
  }

  async stop(): Promise<void> {
    this.#database.closeSync();
    await rm(this.#directory, { recursive: true });
  }

  has(table: string): boolean {
    return table === COMPACT_TABLE && this.#location !== undefined;
  }

  async run(sql: string): Promise<Answer> {
    const connection = await this.#database.connect();
    try {
      await this.#copyArchive();
      await createLakeViews(connection, this.#directory, await listLakeFiles(this.#copy));
      return await this.#runOn(connection, sql);
    } catch (error) {
      const { message } = error as Error;
      const missing = /Table with name (\w+) does not exist/.exec(message)?.[1];
      if (missing === undefined) throw error;
      throw new Error(`TABLE_NOT_FOUND: line 1:1: Table '${missing}' does not exist`);
    } finally {
      connection.closeSync();
    }
  }

  async #runOn(connection: DuckDBConnection, sql: string): Promise<Answer> {
    const [, location] = /^CREATE TABLE IF NOT EXISTS [\s\S]*\nLOCATION '([^']+)'/.exec(sql) ?? [];
    if (location !== undefined) {
      const columns = AUDIT_LOGS_COLUMNS.map(({ name, type }) => `${name} ${TYPES[type]}`);
      await connection.run(`CREATE TABLE IF NOT EXISTS ${COMPACT_TABLE} (${columns.join(", ")})`);
      this.#location ??= location;
      return NOTHING;
    }
    if (sql.startsWith("CREATE OR REPLACE VIEW ")) {
      // Its lines are the connection's, so that it is made for each.
      const view = sql.replace("VIEW", "TEMP VIEW");
      await connection.run(view);
      this.view = view;
      return NOTHING;
    }
    if (new RegExp(`\\b${AUDIT_LOGS_VIEW}\\b`).test(sql) && this.view !== "") {
      await connection.run(this.view);
    }
    const file = quote(`${this.#location}data/1.parquet`);
    const result = await connection.runAndReadAll(sql.replaceAll('"$path"', file));
    const types = result.columnTypes().map((type) => toAthenaType(String(type)));
    return {
      columns: result.columnNames().map((Name, i) => ({ Name, Type: types[i] ?? "varchar" })),
      rows: result
        .getRowsJson()
        .map((row) => row.map((value) => (value === null ? null : String(value)))),
    };
  }

  /** What SQL reads of the archive as it is now. */
  async #copyArchive(): Promise<void> {
    for (const prefix of [PREFIXES.auditLogs, PREFIXES.manifests, PREFIXES.alerts]) {
      for await (const { key } of this.#archive.list(prefix)) {
        if (this.#copied.has(key)) continue;
        await this.#copy.put(key, await this.#archive.get(key));
        this.#copied.add(key);
      }
    }
  }
}

/** DuckDB's sums are wider than Athena's. */
function toAthenaType(type: string): string {
  return type === "HUGEINT" ? "bigint" : type.toLowerCase();
}
