import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { DayDigest } from "../../../lib/columns/day-digest.ts";
import { COMPACT_TABLE, LINES_TABLE } from "../../../lib/sql/table.ts";
import type { LocalS3 } from "../local-s3.ts";
import { arnOf, type Deployment } from "./deployment.ts";
import { getObject, putObject, s3Call } from "./iam-calls.ts";
import type { IamCall } from "./policy.ts";

interface Query {
  state: "SUCCEEDED" | "FAILED";
  reason?: string;
  rows: string[][];
}

interface Row {
  /** 0 to 23. */
  hour: number;
  id: string;
  line: Buffer;
}

/** Whether the caller of a statement may make a call. */
type Authorize = (call: IamCall) => boolean;

/**
 * As much of Athena as the columns need. It knows each of their statements by its form, counts
 * what it merges, and does all of it with its caller's rights.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
 */
export class LocalAthena {
  /** Statements as they came. */
  readonly statements: string[] = [];
  /** Every statement fails with it while it is set. */
  failure: string | undefined;
  /** What is in the columns table, by source and day; absent: there is no such table. */
  columns: Map<string, Row[]> | undefined;
  readonly #deployment: Deployment;
  readonly #s3: LocalS3;
  readonly #queries = new Map<string, Query>();

  constructor(deployment: Deployment, s3: LocalS3) {
    this.#deployment = deployment;
    this.#s3 = s3;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own input
  async answer(operation: string, input: any, authorize: Authorize): Promise<object> {
    switch (operation) {
      case "StartQueryExecution": {
        const id = `query-${this.#queries.size + 1}`;
        this.#queries.set(id, await this.#run(id, input, authorize));
        return { QueryExecutionId: id };
      }
      case "GetQueryExecution": {
        const { state, reason } = this.#query(input.QueryExecutionId);
        return { QueryExecution: { Status: { State: state, StateChangeReason: reason } } };
      }
      case "GetQueryResults": {
        const { rows } = this.#query(input.QueryExecutionId);
        return {
          ResultSet: {
            ResultSetMetadata: {
              ColumnInfo: (rows[0] ?? []).map((Name) => ({ Name, Type: "bigint" })),
            },
            Rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
          },
        };
      }
      default:
        throw new Error(`nothing is known of ${operation}`);
    }
  }

  #query(id: string): Query {
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
    const statement = this.#parse(input.QueryString, input.QueryExecutionContext.Database);
    const results = this.#bucket("ArchiveResults");
    const calls = [
      s3Call(results, "s3:GetBucketLocation"),
      ...putObject(this.#deployment, results, `athena-results/${id}.csv`),
      ...getObject(this.#deployment, results, `athena-results/${id}.csv`),
      ...statement.calls,
    ];
    const refused = calls.find((call) => !authorize(call));
    if (refused !== undefined) {
      const reason = `Access denied: ${refused.action} on ${refused.resource}`;
      return { state: "FAILED", reason, rows: [] };
    }
    if (this.failure !== undefined) return { state: "FAILED", reason: this.failure, rows: [] };
    return { state: "SUCCEEDED", rows: await statement.run() };
  }

  #parse(
    sql: string,
    database: string,
  ): { calls: IamCall[]; run: () => string[][] | Promise<string[][]> } {
    const archive = this.#bucket("ArchiveBucket");
    const files = "compact/table/";
    const readTable = (name: string) => glue("glue:GetTable", database, name);
    const making = [
      { action: "glue:GetDatabase", resource: arnOf("glue", "catalog"), context: {} },
      { action: "glue:GetDatabase", resource: arnOf("glue", "database/default"), context: {} },
      { action: "glue:GetDatabase", resource: arnOf("glue", `database/${database}`), context: {} },
    ];
    const write = [
      s3Call(archive, "s3:GetBucketLocation"),
      s3Call(archive, "s3:ListBucket", { "s3:prefix": `${files}data/` }),
      ...putObject(this.#deployment, archive, `${files}data/1.parquet`),
      ...putObject(this.#deployment, archive, `${files}metadata/1.json`),
      ...getObject(this.#deployment, archive, `${files}metadata/1.json`),
      s3Call(`${archive}/${files}data/1.parquet`, "s3:AbortMultipartUpload"),
      s3Call(`${archive}/${files}data/1.parquet`, "s3:DeleteObject"),
    ];
    const [, source = "", day = ""] = /source = '([^']+)' AND dt = '([^']+)'/.exec(sql) ?? [];

    if (sql.startsWith(`CREATE TABLE IF NOT EXISTS ${COMPACT_TABLE} `)) {
      const calls = [...making, ...readTable(COMPACT_TABLE), ...write];
      if (this.columns === undefined)
        calls.push(...glue("glue:CreateTable", database, COMPACT_TABLE));
      return {
        calls,
        run: () => {
          this.columns ??= new Map();
          return [];
        },
      };
    }
    if (sql.startsWith(`MERGE INTO ${COMPACT_TABLE} `)) {
      const lines = this.#objectsOf(source, day);
      return {
        calls: [
          {
            action: "athena:GetDataCatalog",
            resource: arnOf("athena", "datacatalog/AwsDataCatalog"),
            context: {},
          },
          ...readTable(LINES_TABLE),
          ...readTable(COMPACT_TABLE),
          s3Call(archive, "s3:ListBucket", {
            "s3:prefix": `audit_logs/source=${source}/dt=${day}/hour=00/`,
          }),
          ...lines.flatMap(([key]) => getObject(this.#deployment, archive, key)),
          ...write,
          ...glue("glue:UpdateTable", database, COMPACT_TABLE),
        ],
        run: () => {
          const known = this.#columnsOf(source, day);
          const rows = lines
            .flatMap(toRows)
            .filter(({ id }) => !known.some((row) => row.id === id));
          this.columns?.set(`${source} ${day}`, [...known, ...rows]);
          return [];
        },
      };
    }
    if (sql.startsWith("WITH checked AS (")) {
      return {
        calls: [
          ...readTable(COMPACT_TABLE),
          ...getObject(this.#deployment, archive, `${files}data/1.parquet`),
        ],
        run: async () => {
          const rows = this.#columnsOf(source, day);
          return [
            ["entries", "differing", "digest"],
            [String(rows.length), "0", await digestOf(rows)],
          ];
        },
      };
    }
    const [, view] = /^CREATE OR REPLACE VIEW (\w+) AS\n/.exec(sql) ?? [];
    if (view !== undefined) {
      const calls = [...making, ...readTable(view), ...glue("glue:UpdateTable", database, view)];
      return {
        calls: [...calls, ...readTable(LINES_TABLE), ...readTable(COMPACT_TABLE)],
        run: () => [],
      };
    }
    throw new Error(`nothing is known of the statement ${sql.slice(0, 60)}`);
  }

  #columnsOf(source: string, day: string): Row[] {
    if (this.columns === undefined) throw new Error("there is no columns table");
    return this.columns.get(`${source} ${day}`) ?? [];
  }

  #objectsOf(source: string, day: string): [key: string, body: Buffer][] {
    const bucket = `${this.#bucket("ArchiveBucket")}/`;
    return [...this.#s3.objects]
      .filter(([path]) => path.startsWith(`${bucket}audit_logs/source=${source}/dt=${day}/`))
      .map(([path, body]) => [path.slice(bucket.length), body]);
  }

  #bucket(idPrefix: string): string {
    const [id] = this.#deployment.one("AWS::S3::Bucket", idPrefix);
    return this.#deployment.named(id).ref;
  }
}

/** Glue asks for a table's database and for the catalog, too. */
function glue(action: string, database: string, table: string): IamCall[] {
  return ["catalog", `database/${database}`, `table/${database}/${table}`].map((path) => ({
    action,
    resource: arnOf("glue", path),
    context: {},
  }));
}

function toRows([key, body]: [key: string, body: Buffer]): Row[] {
  const hour = Number(/\/hour=(\d\d)\//.exec(key)?.[1]);
  const lines = gunzipSync(body).toString().trimEnd().split("\n");
  return lines.map((line) => ({ hour, id: JSON.parse(line).id, line: Buffer.from(line) }));
}

async function digestOf(rows: readonly Row[]): Promise<string> {
  const digest = new DayDigest();
  for (const [hour, ofHour] of Map.groupBy(rows, ({ hour }) => hour)) {
    await digest.addHour(hour, Readable.from([ofHour.map(({ line }) => line)]));
  }
  return digest.toHex();
}
