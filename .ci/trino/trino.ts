import { QueryError, type QueryResult } from "../../lib/sql/query-result.ts";

/** Of one query. */
export interface Cost {
  cpuMs: number;
  peakMemoryBytes: number;
  /** From storage: what Athena bills by. */
  readBytes: number;
}

/** What the protocol answers. @see https://trino.io/docs/current/develop/client-protocol.html */
interface Answer {
  nextUri?: string;
  columns?: { name: string; type: string }[];
  data?: QueryResult["rows"];
  error?: { message: string; errorName: string };
  stats: { cpuTimeMillis: number; peakMemoryBytes: number; physicalInputBytes: number };
}

/** A client of the engine, for one database; statements are written as Athena takes them. */
export class Trino {
  readonly #endpoint: string;
  readonly #database: string;

  constructor(endpoint: string, database: string) {
    this.#endpoint = endpoint;
    this.#database = database;
  }

  async execute(statement: string): Promise<void> {
    await this.query(statement);
  }

  /** @throws {QueryError} */
  async query(sql: string): Promise<QueryResult & { cost: Cost }> {
    let answer = await request(`${this.#endpoint}/v1/statement`, {
      method: "POST",
      headers: {
        "X-Trino-User": "ci",
        "X-Trino-Catalog": "awsdatacatalog",
        "X-Trino-Schema": this.#database,
        "X-Trino-Time-Zone": "UTC",
      },
      body: toTrino(sql, this.#database),
    });
    let columns: NonNullable<Answer["columns"]> = [];
    const rows: QueryResult["rows"] = [];
    for (;;) {
      columns = answer.columns ?? columns;
      rows.push(...(answer.data ?? []));
      const { error, nextUri, stats } = answer;
      if (error !== undefined) throw new QueryError(`${error.errorName}: ${error.message}`);
      if (nextUri === undefined) {
        return {
          columns: columns.map(({ name }) => name),
          types: columns.map(({ type }) => type),
          rows,
          cost: {
            cpuMs: stats.cpuTimeMillis,
            peakMemoryBytes: stats.peakMemoryBytes,
            readBytes: stats.physicalInputBytes,
          },
        };
      }
      answer = await request(nextUri);
    }
  }
}

async function request(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** Athena's DDL has Hive's words; Trino's own says the same with other ones. */
function toTrino(sql: string, database: string): string {
  const table =
    /^(CREATE TABLE IF NOT EXISTS) (\w+) \(([^)]*)\)\s+PARTITIONED BY \(([^)]*)\)\s+LOCATION '([^']*)'\s+TBLPROPERTIES \(.*'table_type' = 'ICEBERG'.*\)$/s.exec(
      sql,
    );
  if (table === null) return sql;
  const [, create, name, columns = "", partitions = "", location] = table;
  const types = columns.replace(/ string\b/g, " varchar").replace(/ timestamp\b/g, " timestamp(6)");
  const keys = partitions.split(", ").map((key) => `'${key}'`);
  return `${create} iceberg.${database}.${name} (${types})
    WITH (format = 'PARQUET', compression_codec = 'ZSTD', location = '${location}', partitioning = ARRAY[${keys}])`;
}
