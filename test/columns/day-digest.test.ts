import { createHash } from "node:crypto";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DayDigest } from "../../lib/columns/day-digest.ts";
import { createDatabase, toQueryResult } from "../../lib/local/duckdb.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "../../lib/sql/audit-logs-view.ts";
import { describeDaySql, toDayContents } from "../../lib/sql/columns-digest.ts";

interface Row {
  hour: number;
  line: string;
}

const ROWS: Row[] = [
  { hour: 0, line: '{"id":"a","date_create":1,"actor":{"user":{"email":"ada@example.com"}}}' },
  { hour: 0, line: '{"id":"b","date_create":2}' },
  { hour: 9, line: '{"id":"ü","date_create":3,"details":{"text":"日本 🎉"}}' },
  ...Array.from({ length: 300 }, (_, i) => ({ hour: 23, line: `{"id":"${i}","date_create":4}` })),
];

async function digestOf(rows: readonly Row[]): Promise<string> {
  const digest = new DayDigest();
  for (const [hour, ofHour] of Map.groupBy(rows, ({ hour }) => hour)) {
    await digest.addHour(
      hour,
      (async function* () {
        for (const { line } of ofHour) yield [Buffer.from(line)];
      })(),
    );
  }
  return digest.toHex();
}

let database: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  database = await createDatabase();
  connection = await database.connect();
});

afterAll(() => {
  connection.closeSync();
  database.closeSync();
});

/** What SQL says of the columns of these lines. */
async function describeRows(rows: readonly Row[], change = "true") {
  const values = rows.map(({ hour, line }) => `('${line}', 'grid', '2026-03-02', ${hour})`);
  await connection.run(
    "CREATE OR REPLACE TEMP TABLE audit_log_lines (line VARCHAR, source VARCHAR, dt VARCHAR, hour INTEGER)",
  );
  if (values.length > 0)
    await connection.run(`INSERT INTO audit_log_lines VALUES ${values.join()}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE columns AS ${AUDIT_LOGS_SQL}`);
  await connection.run(`UPDATE columns SET ${change === "true" ? "id = id" : change}`);
  const described = await connection.runAndReadAll(describeDaySql("columns"));
  return toDayContents(toQueryResult(described).rows);
}

describe("the digest of a day", () => {
  it("is the same in SQL", async () => {
    for (const rows of [ROWS, ROWS.slice(0, 1), [], [...ROWS, ...ROWS]]) {
      expect(await describeRows(rows)).toEqual({
        entries: rows.length,
        differing: 0,
        digest: await digestOf(rows),
      });
    }
  });

  it("is what it is described as", async () => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex").toUpperCase();
    const [row] = ROWS;
    const hash = sha256(row?.line ?? "");
    const part = `00${hash.slice(0, 2)}${sha256(hash)}`;
    expect((await digestOf(ROWS.slice(0, 1))).toUpperCase()).toBe(sha256(part));
  });

  it("does not depend on the order, and on nothing less than each text and its hour", async () => {
    const digest = await digestOf(ROWS);
    expect(await digestOf(ROWS.toReversed())).toBe(digest);
    const others = [
      ROWS.slice(1),
      [...ROWS, ...ROWS.slice(0, 1)],
      ROWS.with(0, { hour: 1, line: ROWS[0]?.line ?? "" }),
      ROWS.with(1, { hour: 0, line: '{"id":"b","date_create":2} ' }),
    ];
    for (const rows of others) {
      expect(await digestOf(rows)).not.toBe(digest);
      expect((await describeRows(rows)).digest).toBe(await digestOf(rows));
    }
  });
});

describe("a row that says something else than its line", () => {
  const derived = AUDIT_LOGS_COLUMNS.filter(
    ({ name }) => !["line", "source", "dt", "hour"].includes(name),
  );

  it.each(derived)("is counted: $name", async ({ name, type }) => {
    const forged = {
      varchar: "'forged'",
      bigint: "7",
      integer: "7",
      boolean: "true",
      "timestamp(3)": "TIMESTAMP '2000-01-01'",
    };
    const { differing, digest } = await describeRows(
      ROWS,
      `${name} = ${forged[type]} WHERE hour = 0`,
    );
    expect(differing).toBe(2);
    expect(digest).toBe(await digestOf(ROWS));
  });
});
