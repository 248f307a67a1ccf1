import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type EntryFields, MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import type { LakeDatabase } from "../../lib/local/lake-database.ts";
import { collectRows, type QueryResult } from "../../lib/sql/query-result.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { makeDirectory, openLakeOf } from "../sql/open-lake-of.ts";

const DAYS = { from: "2026-03-02", to: "2026-03-02" };
const COUNT = "SELECT action, count(*) AS n FROM audit_logs GROUP BY action ORDER BY action";

describe("several queries, some of rare actions", () => {
  const DAY = "dt BETWEEN '2026-03-02' AND '2026-03-02'";
  const RARE = "regexp_like(action, '^anomaly$')";

  async function openLakeWithAnomalies(): Promise<LakeDatabase> {
    return await openLakeOf(
      ...Array.from({ length: 99 }, () => makeEntry({ action: "user_login" })),
      makeEntry({ action: "anomaly", details: { reason: ["tor", "ua"] } }),
      makeEntry({ action: "anomaly", dateCreate: MONDAY_MORNING + 86_400 }),
      makeEntry({ action: "it's\0odd" }),
    );
  }

  it("give what each gives by itself, whatever its conditions are", async () => {
    const lake = await openLakeWithAnomalies();
    const statements = [
      `SELECT id, details FROM audit_logs WHERE ${DAY} AND ${RARE}`,
      `SELECT id FROM audit_logs WHERE dt >= '2026-03-02' AND ${RARE}`,
      `SELECT id FROM audit_logs WHERE ${DAY} AND (${RARE} OR actor_id <> '')`,
      `SELECT x FROM audit_logs CROSS JOIN UNNEST(ARRAY[1, 2]) AS t (x) WHERE ${DAY} AND ${RARE}`,
      `SELECT id FROM audit_logs WHERE ${DAY} AND ${RARE} AND actor_id IN (SELECT actor_id FROM audit_logs)`,
      `SELECT b.id FROM audit_logs AS a LEFT JOIN audit_logs AS b ON a.id <> b.id WHERE a.${DAY} AND a.action = 'anomaly'`,
      `WITH few AS (SELECT id FROM audit_logs WHERE ${DAY} AND action = 'anomaly') SELECT count(*) FROM few`,
      `SELECT count(*) FROM audit_logs WHERE ${DAY} AND action IS NULL`,
      `SELECT action FROM audit_logs WHERE ${DAY} AND regexp_like(action, 'odd')`,
      `SELECT id, (SELECT count(*) FROM AUDIT_LOGS) FROM audit_logs WHERE ${DAY} AND ${RARE}`,
      `SELECT count(*) FROM audit_logs WHERE ${DAY} AND coalesce(action, '') = 'anomaly'`,
      `SELECT count(*) FROM audit_logs WHERE ${DAY} AND length(action) < 9223372036854775807`,
      `SELECT count(*) FROM audit_logs WHERE ${DAY} AND CAST(length(action) AS DOUBLE) = 7e0`,
      `SELECT 'x\n-- needs only actor_id in SELECT id FROM audit_logs WHERE false\n', count(*) FROM audit_logs`,
    ];

    const shared = await lake.readAll(statements, DAYS, collectRows);

    const sorted = ({ rows }: QueryResult) => rows.map(String).sort();
    for (const [index, sql] of statements.entries()) {
      expect(shared.map(sorted)[index], sql).toEqual(sorted(await lake.query(sql)));
    }
  });

  it("run nothing but what was checked, comments too", async () => {
    const lake = await openLakeWithAnomalies();
    const path = join(await makeDirectory(), "planted.csv");
    const planted = `SELECT 1) AS needed(key); COPY (SELECT 1) TO '${path}'; SELECT key FROM (SELECT 1`;

    await expect(
      lake.readAll([`-- needs only actor_id in ${planted}\n${COUNT}`], DAYS, collectRows),
    ).rejects.toThrow("what stands after `needs only … in` is no SELECT");
    expect(existsSync(path)).toBe(false);
  });

  it("leave an error of whoever takes the rows as it is", async () => {
    const lake = await openLakeWithAnomalies();
    const error = new RangeError("Parser Error: mine\n\nand more");

    await expect(lake.readAll([COUNT], DAYS, () => Promise.reject(error))).rejects.toBe(error);
  });

  it("show to a query of them no other entries", async () => {
    const lake = await openLakeWithAnomalies();
    const asked = `SELECT count(*) FROM audit_logs WHERE ${DAY} AND action = 'anomaly'`;
    const seen: string[][] = [];

    await lake.readAll([asked, COUNT], DAYS, async (rows) => {
      const { rows: all } = await collectRows(rows);
      seen.push(all.map(([first]) => String(first)));
    });

    expect(seen).toEqual([["1"], ["anomaly", "it's\0odd", "user_login"]]);
  });
});

it("are answered in their order, those of large columns having been read first", async () => {
  const lake = await openLakeOf(
    ...Array.from({ length: 99 }, () => makeEntry({ action: "user_login" })),
    makeEntry({ action: "anomaly", details: { reason: ["tor"] } }),
  );
  const within = "FROM audit_logs WHERE dt BETWEEN '2026-03-02' AND '2026-03-02'";
  const statements = [
    COUNT,
    `SELECT max(details) ${within} AND action = 'anomaly'`,
    `SELECT max(details), max(entity) ${within}`,
    `SELECT count(*) FROM (SELECT id FROM audit_logs LIMIT 50)`,
  ];
  const order: number[] = [];

  const shared = await lake.readAll(statements, DAYS, async (rows, index) => {
    order.push(index);
    return (await collectRows(rows)).rows;
  });

  expect(order).toEqual([2, 0, 1, 3]);
  const alone = await Promise.all(statements.map((sql) => lake.query(sql)));
  expect(shared).toEqual(alone.map(({ rows }) => rows));
});

describe("saved queries that need only some entries", () => {
  const PERIOD = { from_day: DAYS.from, to_day: DAYS.to };
  const statements = [...SAVED_QUERIES.values()]
    .filter(({ sql }) => /^-- needs only /m.test(sql()))
    .map(({ sql }) => sql(PERIOD));

  function entriesOf(user: { id: string } | undefined): EntryFields[] {
    const actor = { id: undefined as never, email: `${user?.id}@example.com`, ...user };
    const file = { type: "file", file: { ...(user && { id: `F${user.id}` }), name: "plan.pdf" } };
    return [
      { action: "user_login", actor },
      { action: "user_deactivated", entity: { type: "user", user: { ...user } } },
      { action: "file_uploaded", actor, entity: file, context: { ua: "curl/8" } },
      { action: "file_malicious_content_detected", entity: file },
    ];
  }

  it("find in them what they find in all, whoever has no id among them", async () => {
    const others = Array.from({ length: 300 }, (_, i): EntryFields[] => {
      const actor = { id: `W${i}` };
      const entity = { type: "file", file: { id: `F${i}` } };
      return [{ actor }, { action: "file_downloaded", actor, entity }];
    });
    const entries = [...entriesOf({ id: "U1" }), ...entriesOf(undefined), ...others.flat()];
    const lake = await openLakeOf(
      ...entries.map((entry, second) =>
        makeEntry({ ...entry, dateCreate: MONDAY_MORNING + second }),
      ),
    );

    const shared = await lake.readAll(statements, DAYS, collectRows);

    expect(shared.map(({ rows }) => rows.length)).toEqual([2, 4, 1]);
    expect(shared).toEqual(await Promise.all(statements.map((sql) => lake.query(sql))));
  });

  it("read no others", async () => {
    const [, malware = ""] = statements;
    const lake = await openLakeOf(
      ...entriesOf({ id: "U1" }).map(makeEntry),
      makeEntry({ action: "file_uploaded", entity: { type: "file", file: { id: "F2" } } }),
    );
    const counting = malware.replace(/^WITH[\s\S]*/m, "SELECT count(*) FROM audit_logs");

    expect(await lake.readAll([counting], DAYS, collectRows)).toMatchObject([{ rows: [[2]] }]);
  });
});
