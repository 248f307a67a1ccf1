import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { MONDAY_MORNING } from "../../fake-slack/entries.ts";
import { hashLines } from "../../lib/archive/archive-object.ts";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { exampleOf } from "./fill.ts";
import { deployLake, type Lake, SOURCE } from "./lake.ts";
import { sameRows } from "./same-rows.ts";

const DAY = "2026-03-02";

let entries = 0;
function entry(fields: string): string {
  entries += 1;
  return `{"id":"e${entries}","date_create":${MONDAY_MORNING + entries},${fields}}`;
}

/** Each with a time of its own, from which its columns can be told. */
const LINES: Record<string, string> = {
  "levels beyond what Trino writes": entry(
    `"action":"deep","details":{"a":${"[".repeat(1100)}${"]".repeat(1100)}}`,
  ),
  "more arrays than levels": entry(
    `"action":"wide","details":{"a":[${Array(1500).fill('{"b":[1]}').join()}]}`,
  ),
  "a name beyond what Trino reads": entry(`"action":"named","${"n".repeat(60_000)}":1`),
  "a long name with a quote": entry(`"action":"quoted","${"n".repeat(60_000)}\\"m":1`),
  "a long text": entry(`"action":"long","details":{"a":"${"x".repeat(200_000)}"}`),
  "a type that ends with a newline": entry('"action":"typed","entity":{"type":"user\\n"}'),
  "a type that is a path": entry('"action":"typed","entity":{"type":"a.b[0]\'"}'),
  "an unknown type": entry(
    '"action":"typed","entity":{"type":"hologram","hologram":{"id":"H1","title":"Leia"}}',
  ),
  "digits of a second": '{"id":"fraction","date_create":1772442000.0,"action":"dated"}',
  "an exponent": '{"id":"exponent","date_create":1.772442e9,"action":"dated"}',
  "a date beyond all numbers": '{"id":"beyond","date_create":1e999999999,"action":"dated"}',
  "a date beyond the calendar": '{"id":"after","date_create":9223372036854775000,"action":"dated"}',
  "a negative date": '{"id":"before","date_create":-1,"action":"dated"}',
  "nothing but nulls": '{"id":null,"date_create":null,"action":null,"actor":null,"entity":null}',
  "objects for texts": entry('"action":{},"actor":[],"context":7,"details":[null]'),
  "no object": "[1,2]",
  "no JSON": "{{{",
  "an empty line": " ",
  "the field delimiter": entry('"action":"de\\u0001limited"'),
  "a quote": entry(`"action":"o'neil \\"x\\" \\\\"`),
};

/** DuckDB gives U+FFFD for it. */
const HALF = entry('"action":"half \\ud83d"');

let lake: Lake;
let local: LakeDatabase;

beforeAll(async () => {
  const lines = [...Object.values(LINES), HALF].map((line) => Buffer.from(line));
  const directory = await mkdtemp(join(tmpdir(), "hostile-"));
  const store = new DirectoryArchiveStore(directory);
  const key = toObjectKey({
    source: SOURCE,
    minDateCreate: MONDAY_MORNING,
    maxDateCreate: MONDAY_MORNING + 3599,
    hash: hashLines(lines),
  });
  await store.put(key, gzipSync(lines.map((line) => `${line}\n`).join("")));
  lake = await deployLake("hostile", store);
  local = await openLake(directory);
  return async () => {
    local.close();
    await rm(directory, { recursive: true });
  };
});

function halfAsTrino<Cell>(cell: Cell): Cell | string {
  return cell === "half \ufffd" ? "half ?" : cell;
}

describe("an entry with", () => {
  it.each(Object.entries(LINES))("%s has DuckDB's columns", async (_, line) => {
    const sql = `SELECT * FROM audit_logs WHERE dt = '${DAY}' AND line = '${line.replaceAll("'", "''")}'`;
    const { rows } = await lake.trino.query(sql);
    expect(rows).toHaveLength(1);
    expect(sameRows(rows)).toEqual(sameRows((await local.query(sql)).rows));
  });

  it("half a surrogate pair has a question mark for it", async () => {
    const { rows } = await lake.trino.query(
      `SELECT action, line FROM audit_logs WHERE dt = '${DAY}' AND action LIKE 'half%'`,
    );
    expect(rows).toEqual([["half ?", HALF]]);
  });

  it("whatever it has, ends no saved query", async () => {
    for (const { name, parameters, sql } of SAVED_QUERIES.values()) {
      const text = sql({ ...exampleOf(parameters), from_day: DAY, to_day: DAY });
      const expected = await local.query(text);
      const found = await lake.trino.query(text);
      expect([name, ...sameRows(found.rows)]).toEqual([
        name,
        ...sameRows(expected.rows.map((row) => row.map(halfAsTrino))),
      ]);
    }
  });
});

it("completeness covers years", async () => {
  const text = SAVED_QUERIES.get("completeness")?.sql({ from_day: "2018-03-01" }) ?? "";
  const ofTwo = text.replace(
    "WITH hours",
    `WITH audit_logs AS (
      SELECT 'acme' AS source, dt, CAST(concat(dt, ' 09:00:00') AS timestamp) AS event_time
      FROM (VALUES ('2018-03-01'), ('2026-03-02')) AS days (dt)
    ), hours`,
  );
  const { rows } = await lake.trino.query(`SELECT count(*) FROM (${ofTwo})`);
  expect(rows).toEqual([[2923 + 1]]);
});
