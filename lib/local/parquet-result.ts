import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RowStream } from "../sql/query-result.ts";
import { createDatabase, quote, quoteName, RESULT_AS_PARQUET } from "./duckdb.ts";

/** Types that Athena names and DuckDB has by the same name; its others become texts. */
const ATHENA_TYPE = /^(?:boolean|tinyint|smallint|integer|bigint|float|double|real|date)$/;

/**
 * Make a Parquet file of rows, whichever database they come from: through lines of
 * JSON beside it, which are gone at the end.
 */
export async function writeParquet(rows: RowStream, path: string): Promise<void> {
  const directory = await mkdtemp(join(dirname(path), ".audit-lake-"));
  try {
    const lines = join(directory, "rows.ndjson");
    const names = rows.columns.map((_, i) => `c${i}`);
    await pipeline(Readable.from(toLines(rows, names)), createWriteStream(lines, { mode: 0o600 }));
    // One thread keeps the order of the rows without keeping them in memory.
    const database = await createDatabase({ threads: "1", memory_limit: "256MB" });
    try {
      const types = rows.types.map((type, i) => `${names[i]}: ${quote(toDuckDbType(type))}`);
      const columns = rows.columns.map((name, i) => `${names[i]} AS ${quoteName(name)}`);
      const connection = await database.connect();
      await connection.run(
        `COPY (SELECT ${columns.join(", ")}
          FROM read_ndjson(${quote(lines)}, columns = { ${types.join(", ")} }))
         TO ${quote(path)} (${RESULT_AS_PARQUET})`,
      );
    } finally {
      database.closeSync();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A surrogate by itself, which `JSON.stringify` escapes; and any other escape, to go past it. */
const ESCAPE = /\\(ud[89a-f][0-9a-f]{2}|.)/g;

/** JSON that DuckDB reads: UTF-8 has no surrogate by itself, so that it becomes U+FFFD. */
function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!json.includes(String.raw`\ud`)) return json;
  return json.replace(ESCAPE, (whole, after: string) =>
    after.length === 1 ? whole : String.raw`\ufffd`,
  );
}

async function* toLines({ batches }: RowStream, names: readonly string[]): AsyncGenerator<string> {
  for await (const batch of batches) {
    yield batch
      .map((row) => `{${names.map((name, i) => `"${name}":${toJson(row[i])}`).join(",")}}\n`)
      .join("");
  }
}

function toDuckDbType(type: string): string {
  const isDuckDbs = type !== type.toLowerCase();
  if (isDuckDbs || ATHENA_TYPE.test(type)) return type;
  return /^timestamp(?:\(\d+\))?$/.test(type) ? "TIMESTAMP" : "VARCHAR";
}
