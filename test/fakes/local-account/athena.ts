import { setTimeout as sleep } from "node:timers/promises";
import { PREFIXES } from "../../../lib/archive/object-key.ts";
import { ALERTS_VIEW } from "../../../lib/sql/alerts-view.ts";
import { ARCHIVE_HOURS_VIEW } from "../../../lib/sql/archive-hours-view.ts";
import { AUDIT_LOGS_VIEW } from "../../../lib/sql/audit-logs-view.ts";
import { TABLE_DAYS_SQL } from "../../../lib/sql/columns-table.ts";
import {
  ALERTS_TABLE,
  COMPACT_TABLE,
  LINES_TABLE,
  MANIFESTS_TABLE,
} from "../../../lib/sql/table.ts";
import { arnOf, type Deployment } from "./deployment.ts";
import { getObject, putObject, s3Call } from "./iam-calls.ts";
import type { IamCall } from "./policy.ts";

/** The result of a statement. */
export interface Answer {
  /** Their types in Athena's words. */
  columns: { Name: string; Type: string }[];
  /** Values as text, which is what Athena sends. */
  rows: (string | null)[][];
}

interface Query {
  state: "SUCCEEDED" | "FAILED";
  reason?: string;
  answer: Answer;
}

/** A query that takes longer is told to be running: callers wait for an answer so long only. */
const LONGEST_ANSWER_MS = 2_000;

const RUNNING = { state: "RUNNING", reason: undefined };

const NOTHING: Answer = { columns: [], rows: [] };

/** Whether the caller of a statement may make a call. */
type Authorize = (call: IamCall) => boolean;

/** Runs statements for those who may. */
export interface Engine {
  /** Whether there is an Iceberg table of this name. */
  has(table: string): boolean;
  /** @throws {Error} with the reason that Athena gives */
  run(sql: string): Promise<Answer>;
}

/**
 * As much of Athena as the columns and the report need: their statements, with their caller's rights.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
 */
export class LocalAthena {
  /** Statements as they came. */
  readonly statements: string[] = [];
  /** Every statement fails with it while it is set. */
  failure: string | undefined;
  readonly #engine: Engine;
  readonly #deployment: Deployment;
  readonly #keysOf: (bucket: string) => Promise<string[]>;
  readonly #queries = new Map<string, Promise<Query>>();
  #started = 0;

  /** @param keysOf - the objects of a bucket */
  constructor(
    deployment: Deployment,
    engine: Engine,
    keysOf: (bucket: string) => Promise<string[]>,
  ) {
    this.#deployment = deployment;
    this.#engine = engine;
    this.#keysOf = keysOf;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own input
  async answer(operation: string, input: any, authorize: Authorize): Promise<object> {
    switch (operation) {
      case "StartQueryExecution": {
        this.#started += 1;
        const id = `query-${this.#started}`;
        const query = this.#run(id, input, authorize);
        query.catch(() => {}); // whoever asks for it hears of it
        this.#queries.set(id, query);
        return { QueryExecutionId: id };
      }
      case "GetQueryExecution": {
        const running = sleep(LONGEST_ANSWER_MS, RUNNING, { ref: false });
        const { state, reason } = await Promise.race([
          this.#query(input.QueryExecutionId),
          running,
        ]);
        return { QueryExecution: { Status: { State: state, StateChangeReason: reason } } };
      }
      case "GetQueryResults": {
        const { columns, rows } = (await this.#query(input.QueryExecutionId)).answer;
        const names = columns.map(({ Name }) => Name);
        return {
          ResultSet: {
            ResultSetMetadata: { ColumnInfo: columns },
            Rows: [names, ...rows].map((row) => ({
              Data: row.map((text) => (text === null ? {} : { VarCharValue: text })),
            })),
          },
        };
      }
      default:
        throw new Error(`nothing is known of ${operation}`);
    }
  }

  #query(id: string): Promise<Query> {
    const query = this.#queries.get(id);
    if (query === undefined) throw new Error(`there is no query ${id}`);
    return query;
  }

  async #run(
    id: string,
    input: { QueryString: string; QueryExecutionContext: { Database: string } },
    authorize: Authorize,
  ): Promise<Query> {
    this.statements.push(input.QueryString);
    const statementCalls = await this.#callsOf(
      input.QueryString,
      input.QueryExecutionContext.Database,
    );
    const results = this.#bucket("ArchiveResults");
    const calls = [
      s3Call(results, "s3:GetBucketLocation"),
      ...putObject(this.#deployment, results, `athena-results/${id}.csv`),
      ...getObject(this.#deployment, results, `athena-results/${id}.csv`),
      ...statementCalls,
    ];
    const refused = calls.find((call) => !authorize(call));
    if (refused !== undefined) {
      const reason = `Access denied: ${refused.action} on ${refused.resource}`;
      return { state: "FAILED", reason, answer: NOTHING };
    }
    if (this.failure !== undefined) {
      return { state: "FAILED", reason: this.failure, answer: NOTHING };
    }
    try {
      return { state: "SUCCEEDED", answer: await this.#engine.run(input.QueryString) };
    } catch (error) {
      return { state: "FAILED", reason: (error as Error).message, answer: NOTHING };
    }
  }

  /** What Athena calls in the name of the caller of a statement. */
  async #callsOf(sql: string, database: string): Promise<IamCall[]> {
    const archive = this.#bucket("ArchiveBucket");
    const columns = this.#bucket("ArchiveColumns");
    const isThere = this.#engine.has(COMPACT_TABLE);
    const files = /LOCATION 's3:\/\/[^/]+\/([^']+)'/.exec(sql)?.[1] ?? "some-table/";
    const readTable = (name: string) => glue("glue:GetTable", database, name);
    const making = [
      { action: "glue:GetDatabase", resource: arnOf("glue", "catalog"), context: {} },
      { action: "glue:GetDatabase", resource: arnOf("glue", "database/default"), context: {} },
      { action: "glue:GetDatabase", resource: arnOf("glue", `database/${database}`), context: {} },
    ];
    const read = [
      ...readTable(COMPACT_TABLE),
      ...(isThere ? getObject(this.#deployment, columns, `${files}metadata/1.json`) : []),
      ...(isThere ? getObject(this.#deployment, columns, `${files}data/1.parquet`) : []),
    ];
    const write = [
      s3Call(columns, "s3:GetBucketLocation"),
      s3Call(columns, "s3:ListBucket", { "s3:prefix": `${files}data/` }),
      ...putObject(this.#deployment, columns, `${files}data/1.parquet`),
      ...putObject(this.#deployment, columns, `${files}metadata/1.json`),
      ...getObject(this.#deployment, columns, `${files}metadata/1.json`),
      s3Call(`${columns}/${files}data/1.parquet`, "s3:AbortMultipartUpload"),
      s3Call(`${columns}/${files}data/1.parquet`, "s3:DeleteObject"),
    ];
    const [, source = "", day = ""] = /source = '([^']+)' AND dt = '([^']+)'/.exec(sql) ?? [];

    if (sql.startsWith("CREATE TABLE ")) {
      const create = isThere ? [] : glue("glue:CreateTable", database, COMPACT_TABLE);
      return [...making, ...readTable(COMPACT_TABLE), ...write, ...create];
    }
    if (sql.startsWith("MERGE INTO ")) {
      const lines = `audit_logs/source=${source}/dt=${day}/`;
      const keys = (await this.#keysOf(archive)).filter((key) => key.startsWith(lines));
      return [
        {
          action: "athena:GetDataCatalog",
          resource: arnOf("athena", "datacatalog/AwsDataCatalog"),
          context: {},
        },
        ...readTable(LINES_TABLE),
        ...read,
        s3Call(archive, "s3:ListBucket", { "s3:prefix": `${lines}hour=00/` }),
        ...keys.flatMap((key) => getObject(this.#deployment, archive, key)),
        ...write,
        ...glue("glue:UpdateTable", database, COMPACT_TABLE),
      ];
    }
    if (sql.startsWith("WITH checked AS (") || sql === TABLE_DAYS_SQL) return read;
    if (/^(?:--.*\n)*(?:SELECT|WITH)\s/.test(sql)) {
      const views = Object.keys(READ_THROUGH).filter((view) =>
        new RegExp(`\\bFROM ${view}\\b`).test(sql),
      );
      const calls = await Promise.all(views.map((view) => this.#callsToRead(view, database)));
      return calls.flat();
    }
    const [, view] = /^CREATE OR REPLACE VIEW (\w+) AS\n/.exec(sql) ?? [];
    if (view === undefined) throw new Error(`nothing is known of ${sql.slice(0, 60)}`);
    const calls = [...making, ...readTable(view), ...glue("glue:UpdateTable", database, view)];
    return [...calls, ...readTable(LINES_TABLE), ...readTable(COMPACT_TABLE)];
  }

  /** Every object below the view's tables: the statements name days, and the tests have few. */
  async #callsToRead(view: string, database: string): Promise<IamCall[]> {
    const { table, prefix } = READ_THROUGH[view] ?? { table: "", prefix: "" };
    const archive = this.#bucket("ArchiveBucket");
    const keys = (await this.#keysOf(archive)).filter((key) => key.startsWith(prefix));
    const calls = [
      { action: "glue:GetDatabase", resource: arnOf("glue", "catalog"), context: {} },
      { action: "glue:GetDatabase", resource: arnOf("glue", `database/${database}`), context: {} },
      ...[view, table].flatMap((name) => glue("glue:GetTable", database, name)),
      s3Call(archive, "s3:GetBucketLocation"),
      ...keys.flatMap((key) => [
        s3Call(archive, "s3:ListBucket", { "s3:prefix": key.replace(/[^/]*$/, "") }),
        ...getObject(this.#deployment, archive, key),
      ]),
    ];
    if (view !== AUDIT_LOGS_VIEW || !this.#engine.has(COMPACT_TABLE)) return calls;
    const columns = this.#bucket("ArchiveColumns");
    return [
      ...calls,
      ...glue("glue:GetTable", database, COMPACT_TABLE),
      s3Call(columns, "s3:GetBucketLocation"),
      ...getObject(this.#deployment, columns, "some-table/metadata/1.json"),
      ...getObject(this.#deployment, columns, "some-table/data/1.parquet"),
    ];
  }

  #bucket(idPrefix: string): string {
    const [id] = this.#deployment.one("AWS::S3::Bucket", idPrefix);
    return this.#deployment.named(id).ref;
  }
}

/** The views over the archive, each with its table and where the lines of that are. */
const READ_THROUGH: Record<string, { table: string; prefix: string }> = {
  [AUDIT_LOGS_VIEW]: { table: LINES_TABLE, prefix: PREFIXES.auditLogs },
  [ARCHIVE_HOURS_VIEW]: { table: MANIFESTS_TABLE, prefix: PREFIXES.manifests },
  [ALERTS_VIEW]: { table: ALERTS_TABLE, prefix: PREFIXES.alerts },
};

/** Glue asks for a table's database and for the catalog, too. */
function glue(action: string, database: string, table: string): IamCall[] {
  return ["catalog", `database/${database}`, `table/${database}/${table}`].map((path) => ({
    action,
    resource: arnOf("glue", path),
    context: {},
  }));
}
