import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { writeArchive } from "../sql/open-lake-of.ts";
import { ENTRY_POINT } from "./bundle.ts";

const directory = join(tmpdir(), `audit-lake-full-${process.pid}`);
const archive = join(directory, "archive");
const results = join(directory, "results");
const file = (name: string) => join(results, name);

beforeAll(async () => {
  await mkdir(results, { recursive: true });
  const entries = makeEntries(400).toReversed();
  await writeArchive(archive, entries);
  await writeFile(join(directory, "in.ndjson"), entries.map(({ text }) => `${text}\n`).join(""));
});
afterAll(() => rm(directory, { recursive: true }));

/** A disk with room for files of so many KB, which is what a process may be told there is. */
async function runOnSmallDisk(kilobytes: number, args: readonly string[]) {
  const script = `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$@"`;
  const child = spawn("bash", ["-c", script, "bash", process.execPath, ENTRY_POINT, ...args]);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

const SELECT = ["query", "SELECT * FROM audit_logs", "--archive", archive];

it.each<[string, number, string[]]>([
  ["a result", 64, [...SELECT, "--output", "ndjson", "--file", file("a.ndjson")]],
  ["Parquet", 4, [...SELECT, "--output", "parquet", "--file", file("a.parquet")]],
  ["what is printed", 64, [...SELECT, "--output", "csv"]],
  [
    "rows in JavaScript",
    64,
    [
      ...["query", "SELECT 0.5 AS half, line FROM audit_logs", "--archive", archive],
      ...["--output", "csv", "--file", file("a.csv")],
    ],
  ],
  [
    "objects of an import",
    4,
    [...["import", "--archive", join(directory, "imported"), join(directory, "in.ndjson")]],
  ],
])("%s on a full disk is one line, and nothing half-written", async (_what, kilobytes, args) => {
  const { code, stdout, stderr } = await runOnSmallDisk(kilobytes, args);

  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^audit-lake: .*(?:too large|disk I\/O error|disk is full).*\n$/i);
  expect(await readdir(results)).toEqual([]);
  const left = await readdir(directory, { recursive: true });
  expect(left.filter((path) => path.startsWith("imported") && path.includes(".gz"))).toEqual([]);
});
