import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { columnsKey } from "../../lib/archive/columns-key.ts";
import { dayPrefix } from "../../lib/archive/object-key.ts";
import { ColumnsError } from "../../lib/columns/write-day-columns.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { writeDayAsParquet } from "../../lib/local/parquet-columns.ts";
import type { QueryResult } from "../../lib/sql/query-result.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

const SOURCE = "slack";
const DAYS = ["2026-03-02", "2026-03-03"] as const;
const [FIRST, SECOND] = DAYS;
const FROM = Date.UTC(2026, 2, 2) / 1000;
const UNTIL = Date.UTC(2026, 2, 5) / 1000;

/** What a parser, a type or a file format may stumble over. */
const ODD: Record<string, unknown>[] = [
  { details: null, entity: null, actor: "somebody" },
  {
    details: { big: "@9007199254740993123@", small: 1e-30 },
    context: { session_id: "@18446744073709551615@" },
  },
  { details: { text: 'line\u2028break \\ " \u0001' }, action: "" },
  { entity: { type: "file' OR 1", file: {} } },
  { entity: { type: "user", user: { id: 5, email: ["a"] } }, context: { ip_address: {} } },
  { actor: { user: { name: "日本 🎉 \ud83d" } } },
];

function oddEntries(): WireEntry[] {
  return ODD.map((fields, i) => {
    const entry = makeEntry({ id: `odd-${i}`, dateCreate: FROM + 100 + i });
    const text = JSON.stringify({ ...JSON.parse(entry.text), ...fields }).replace(
      /"@(\d+)@"/g,
      "$1",
    );
    return { ...entry, text: i === 0 ? text.replace("{", '{"action":"first",') : text };
  });
}

let directory: string;

/** Sealed once, copied for each test. */
let sealed: string;

beforeAll(async () => {
  sealed = await mkdtemp(join(tmpdir(), "sealed-"));
  const organization = new Organization({ entriesPerWeek: 1000, users: 40 });
  const entries = [...organization.newestFirst(FROM, UNTIL - 1, UNTIL)].reverse();
  await writeArchive(sealed, entries);
  await writeArchive(sealed, oddEntries());
  // An id that an import gave another time.
  await writeArchive(sealed, [makeEntry({ id: "odd-1", dateCreate: FROM + 9000 })]);
  await sealDays(new DirectoryArchiveStore(sealed), SOURCE, DAYS);
});

afterAll(() => rm(sealed, { recursive: true, force: true }));

beforeEach(async () => {
  directory = await makeDirectory();
  await cp(sealed, directory, { recursive: true });
});

async function ask(...queries: string[]): Promise<QueryResult[]> {
  const lake = await openLake(directory);
  try {
    const results: QueryResult[] = [];
    for (const sql of queries) results.push(await lake.query(sql));
    return results;
  } finally {
    lake.close();
  }
}

const EVERYTHING = "SELECT * FROM audit_logs ORDER BY dt, id, hour";

describe("a compacted day", () => {
  it("gives the same rows, of the same types, from columns as from lines", async () => {
    const before = await ask(EVERYTHING);
    expect(before[0]?.rows.length).toBeGreaterThan(200);
    expect(await writeDayAsParquet(directory, SOURCE, FIRST)).toMatchObject({ isNew: true });
    expect(await ask(EVERYTHING)).toEqual(before);
    await writeDayAsParquet(directory, SOURCE, SECOND);
    expect(await ask(EVERYTHING)).toEqual(before);
    const [{ rows = [] } = {}] = await ask(
      "SELECT dt, count(*) FROM audit_logs_columns GROUP BY dt ORDER BY dt",
    );
    expect(rows.map(([day]) => day)).toEqual(DAYS);
  });

  it("answers every saved query as before", async () => {
    const values = {
      from_day: FIRST,
      to_day: "2026-03-04",
      new_since: SECOND,
      as_of: "2026-03-05T00:00:00Z",
      person: "U04AAAAAA01",
      address: "198.51.100.7",
    };
    const queries = [...SAVED_QUERIES.values()].map(({ parameters, sql }) => {
      const known = parameters.filter(({ name }) => name in values).map(({ name }) => name);
      return sql(
        Object.fromEntries(known.map((name) => [name, values[name as keyof typeof values]])),
      );
    });
    const before = await ask(...queries);
    for (const day of DAYS) await writeDayAsParquet(directory, SOURCE, day);
    const after = await ask(...queries);
    for (const [i, { rows, columns }] of before.entries()) {
      const sorted = (result: QueryResult | undefined) =>
        result?.rows.map((row) => JSON.stringify(row)).sort();
      expect(after[i]?.columns).toEqual(columns);
      expect(sorted(after[i])).toEqual(sorted({ rows, columns, types: [] }));
    }
  });

  it("is served from its lines again when its file is deleted", async () => {
    const before = await ask(EVERYTHING);
    await writeDayAsParquet(directory, SOURCE, FIRST);
    await rm(join(directory, columnsKey(SOURCE, FIRST)));
    expect(await ask(EVERYTHING)).toEqual(before);
  });

  it("is not looked for among the lines", async () => {
    await writeDayAsParquet(directory, SOURCE, FIRST);
    for await (const { key } of new DirectoryArchiveStore(directory).list(
      dayPrefix("audit_logs/", SOURCE, FIRST),
    )) {
      await writeFile(join(directory, key), "unreadable");
    }
    const [{ rows = [] } = {}] = await ask(`SELECT count(*) FROM audit_logs WHERE dt = '${FIRST}'`);
    expect(Number(rows[0]?.[0])).toBeGreaterThan(50);
  });

  it("is made once", async () => {
    const first = await writeDayAsParquet(directory, SOURCE, FIRST);
    expect(await writeDayAsParquet(directory, SOURCE, FIRST)).toEqual({ ...first, isNew: false });
    expect(first.columnsBytes).toBeGreaterThan(0);
  });

  it("leaves nothing behind when it cannot be made, and its lines go on serving it", async () => {
    const before = await ask(EVERYTHING);
    const dateCreate = FROM + 7200;
    const { text } = makeEntry({ id: "extra", dateCreate });
    const extra = { id: "extra", dateCreate, bytes: Buffer.from(text) };
    // Without the note of an addendum.
    const { key, body } = await encodeObject(SOURCE, [extra]);
    await new DirectoryArchiveStore(directory).put(key, body);
    await expect(writeDayAsParquet(directory, SOURCE, FIRST)).rejects.toThrow(ColumnsError);
    await expect(writeDayAsParquet(directory, SOURCE, FIRST)).rejects.toThrow(
      /are not what was sealed: they have \d+ entries, not \d+; run verify/,
    );
    const folder = join(directory, columnsKey(SOURCE, FIRST), "..");
    expect(await readdir(folder)).toEqual([]);
    const [{ rows = [] } = {}] = await ask(EVERYTHING);
    expect(rows.length).toBe((before[0]?.rows.length ?? 0) + 1);
  });

  it("does not count what a writer that died has left", async () => {
    const before = await ask(EVERYTHING);
    const folder = join(directory, columnsKey(SOURCE, FIRST), "..");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, ".0123.tmp"), "half a file");
    expect(await ask(EVERYTHING)).toEqual(before);
    await writeDayAsParquet(directory, SOURCE, FIRST);
    expect(await ask(EVERYTHING)).toEqual(before);
  });

  it("leaves nothing but its mark when it has no entries", async () => {
    const empty = "2026-03-06";
    await sealDays(new DirectoryArchiveStore(directory), SOURCE, [empty]);
    await writeDayAsParquet(directory, SOURCE, empty);
    expect(await readdir(join(directory, columnsKey(SOURCE, empty), ".."))).toEqual([
      "entries.json",
    ]);
    expect(await readdir(join(directory, ".unfinished"))).toEqual([]);
  });

  it("is a sealed one", async () => {
    await expect(writeDayAsParquet(directory, SOURCE, "2026-03-04")).rejects.toThrow(
      '2026-03-04 of "slack" is not sealed',
    );
  });
});
