import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type TextFormat,
  toCopyRequest,
  toText,
  withDistinctNames,
} from "../../cli/output/query-result.ts";
import { makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { writeArchive } from "../sql/open-lake-of.ts";

const HOSTILE = [
  "=HYPERLINK(1)",
  "+49",
  "-1+1",
  "\t=1",
  "\r=1",
  'say "hi", you',
  "x\u001b[2J\u007f\u009b\u202e\u2028y\u0000",
  "two\r\nlines\nand\ttab",
  "会議🙂é",
  "",
  "#general",
  "a # b",
  "a,b",
  "\n",
  "a\rb",
  " in spaces ",
  "it's; a \\ and a 'quote'",
  "-12.5",
  "-1e-7",
  "-1E+300",
  "-1e",
  "@me",
  "a\n=1",
  "\ufeffbegins with a byte order mark",
  ...["\u0000", "\u0008", "\u000b", "\u001f", "\u007f", "\u0080", "\u061c", "\u200f", "\u2069"],
];

const HOSTILE_CELLS = `SELECT unnest([${HOSTILE.map(toSql).join(", ")}, NULL]) AS cell`;

/** `\\u001B` in JSON is `\\u001b`. */
const ESCAPE = /\\u[0-9a-f]{4}/gi;
const toLowerCase = (text: string) => text.toLowerCase();

let lake: LakeDatabase;
let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "copy-"));
  file = join(directory, "result");
  const hostile = HOSTILE.map((name, i) =>
    makeEntry({
      id: `hostile-${i}`,
      actor: { id: "U1", name, email: `=${i}@example.com` },
      details: { name },
    }),
  );
  await writeArchive(directory, [...hostile, ...makeEntries(20).toReversed()]);
  lake = await openLake(directory, { writableFile: file });
});
afterAll(async () => {
  lake.close();
  await rm(directory, { recursive: true });
});

/** What the database writes, and what is made of its rows. */
async function bothWays(sql: string, format: TextFormat, raw: boolean) {
  const rows = await lake.read(sql, async (stream) => {
    let text = "";
    for await (const piece of toText(withDistinctNames(stream), format, { raw })) text += piece;
    return text;
  });
  const copied = await lake.read(sql, async (stream) =>
    stream.copy?.(toCopyRequest(withDistinctNames(stream), { format, path: file, raw })),
  );
  const isCopied = copied !== undefined;
  return { rows, isCopied, copy: isCopied ? await readFile(file, "utf8") : undefined };
}

describe.each<TextFormat>(["csv", "ndjson", "json"])("DuckDB writes %s", (format) => {
  it.each([
    ["every column", "SELECT * FROM audit_logs ORDER BY id DESC;"],
    ["a column twice", 'SELECT id, action AS id, hour AS "=a,""b" FROM audit_logs; -- so'],
    ["names alike but for case", 'SELECT 1 AS a, 2 AS "A", 3 AS a_2, 4 AS "A", 5 AS "=\u202e#"'],
    ["names alike once they are no formula", `SELECT 1 AS "=a", 2 AS "'=a", 3 AS "'=A"`],
    ["a hostile cell a row", HOSTILE_CELLS],
    [
      "a hostile cell among others",
      `SELECT NULL AS a, '' AS b, *, NULL AS c, -1 AS d, true AS e FROM (${HOSTILE_CELLS})`,
    ],
    [
      "numbers",
      "SELECT 9007199254740991 AS a, 9007199254740993 AS b, sum(hour) AS c, -5 AS d, true AS e, CAST(NULL AS BIGINT) AS f FROM audit_logs",
    ],
    [
      "times",
      "SELECT min(event_time) AS t, TIMESTAMP '2026-03-02 09:00:00.5' AS u, DATE '-infinity' AS v, TIMESTAMP '-infinity' AS w, INTERVAL '-3 days' AS x FROM audit_logs",
    ],
    ["no rows", "SELECT id, hour FROM audit_logs WHERE false"],
    ["a description", "DESCRIBE audit_logs"],
  ])("as rows are written: %s", async (_what, sql) => {
    for (const raw of [false, true]) {
      const { rows, copy } = await bothWays(sql, format, raw);
      expect(copy?.replace(ESCAPE, toLowerCase)).toBe(rows.replace(ESCAPE, toLowerCase));
    }
  });

  it.each([
    "SELECT 0.5 AS n",
    "SELECT [1] AS n",
    "SELECT {'a': '#'} AS n",
    "SELECT 'a'::BLOB AS n",
    "SELECT 1e400 AS n",
    "SELECT current_timestamp AS n",
  ])("but not %s, whose text may be another", async (sql) =>
    expect(await bothWays(sql, format, false)).toMatchObject({ isCopied: false }),
  );
});

it.each([false, true])("names the line of the query in an error, raw: %s", async (raw) => {
  const copied = lake.read("\nSELECT id,\n  CAST(action AS integer) FROM audit_logs", (rows) =>
    Promise.resolve(rows.copy?.(toCopyRequest(rows, { format: "csv", path: file, raw }))),
  );
  await expect(copied).rejects.toThrow(/ \(line 3\)$/);
});

it("has NULL and an empty text apart in CSV, and no other text in needless quotes", async () => {
  const { copy } = await bothWays("SELECT NULL AS a, '' AS b, '#' AS c, ' d' AS d", "csv", false);
  expect(copy).toBe('a,b,c,d\r\n,"","#", d\r\n');
});

it("keeps the order of many rows, and writes nowhere else", async () => {
  const sql = "SELECT number FROM range(200000) AS t (number) ORDER BY number DESC";
  const { copy = "" } = await bothWays(sql, "ndjson", false);
  const lines = copy.trimEnd().split("\n");
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([
    200000,
    '{"number":199999}',
    '{"number":0}',
  ]);

  const elsewhere = lake.read(sql, async (rows) =>
    rows.copy?.(toCopyRequest(rows, { format: "csv", path: `${file}2`, raw: false })),
  );
  await expect(elsewhere).rejects.toThrow(/^Permission Error/);
});

/** A text in SQL that has none of its characters but those of ASCII. */
function toSql(text: string): string {
  const codes = [...text].map((character) => `chr(${character.codePointAt(0)})`);
  return `concat(${["''", ...codes].join(", ")})`;
}
