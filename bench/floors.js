// The least that each job does with the objects of an archive, in plain Node: gunzip and hash them, as
// `verify` must; gunzip and parse them, as `detect` must; or read them and write columns, by DuckDB
// alone, as `columns` must. Prints how many lines there were.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const [job, directory] = process.argv.slice(2);
const files = globSync("audit_logs/**/*.json.gz", { cwd: directory }).toSorted();

const jobs = {
  verify: () => eachText((text) => createHash("sha256").update(text).digest("hex")),
  detect: () =>
    eachText((text) => {
      for (const line of text.toString().trimEnd().split("\n")) JSON.parse(line);
    }),
  columns: async () => {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("SET threads = 1");
    const read = `read_json('${join(directory, "audit_logs/**/*.json.gz")}', format = 'newline_delimited',
      columns = {id: 'VARCHAR', date_create: 'BIGINT', action: 'VARCHAR', actor: 'JSON', entity: 'JSON', context: 'JSON', details: 'JSON'})`;
    await connection.run(
      `COPY (SELECT * FROM ${read} ORDER BY date_create) TO '${join(directory, "floor.parquet")}' (FORMAT parquet, COMPRESSION zstd)`,
    );
  },
};
await jobs[job]();

function eachText(use) {
  for (const file of files) use(gunzipSync(readFileSync(join(directory, file))));
}
