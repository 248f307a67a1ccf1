import { expect, it, onTestFinished } from "vitest";
import { askedActions } from "../../lib/local/asked-actions.ts";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { assertReadsOnly } from "../../lib/local/read-only-sql.ts";

it("are those that the conditions of a statement let through, where it says so of each reading", async () => {
  const database = await createDatabase({ threads: "1" });
  const connection = await database.connect();
  onTestFinished(() => {
    connection.closeSync();
    database.closeSync();
  });
  await connection.run(
    "CREATE TEMP TABLE known AS FROM (VALUES ('anomaly'), ('file_shared'), ('user_login'), (NULL)) AS t (action)",
  );
  const days = { from: "2026-03-02", to: "2026-03-08" };
  const within = "FROM audit_logs WHERE dt BETWEEN '2026-03-02' AND '2026-03-08'";
  const asked = async (...statements: string[]) => {
    const parsed = await assertReadsOnly(connection, ...statements);
    return (await askedActions(connection, parsed, days, "known")).map((ofOne) =>
      ofOne?.toSorted(),
    );
  };

  expect(
    await asked(
      `SELECT id ${within} AND action LIKE 'file_%'`,
      `SELECT id ${within}`,
      `SELECT id ${within} AND action = 'anomaly' UNION SELECT id ${within} AND regexp_like(action, '^user_')`,
    ),
  ).toEqual([["file_shared"], undefined, ["anomaly", "user_login"]]);
  for (const all of [
    `SELECT id ${within}`,
    `SELECT id ${within} AND (action = 'anomaly' OR actor_id = 'U1')`,
    `SELECT id ${within} AND action = actor_id`,
    `SELECT id ${within} AND action IS NULL`,
    "SELECT id FROM audit_logs WHERE action = 'anomaly'",
    "SELECT id FROM audit_logs WHERE action = 'anomaly' AND dt BETWEEN '2026-03-01' AND '2026-03-08'",
    `SELECT id ${within} AND action = 'anomaly' UNION SELECT id ${within}`,
    "SELECT count(*) FROM archive_hours",
  ]) {
    expect(await asked(all), all).toEqual([undefined]);
  }
});
