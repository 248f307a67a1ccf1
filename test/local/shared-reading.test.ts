import { describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import type { LakeDatabase } from "../../lib/local/lake-database.ts";
import { collectRows, type QueryResult } from "../../lib/sql/query-result.ts";
import { openLakeOf } from "../sql/open-lake-of.ts";

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
    ];

    const shared = await lake.readAll(statements, DAYS, collectRows);

    const sorted = ({ rows }: QueryResult) => rows.map(String).sort();
    for (const [index, sql] of statements.entries()) {
      expect(shared.map(sorted)[index], sql).toEqual(sorted(await lake.query(sql)));
    }
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
