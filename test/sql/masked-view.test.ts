import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { AUDIT_LOGS_COLUMNS } from "../../lib/sql/audit-logs-view.ts";
import { MASKED_SQL, maskedView, SENSITIVE_COLUMNS } from "../../lib/sql/masked-view.ts";
import { trinoProblems } from "./trino-grammar.ts";

const columns = maskedView("lake").storageDescriptor.columns.map(({ name }) => name);

it("shows addresses as hashes by which they can be counted, and no text that has them", async () => {
  const database = await createDatabase();
  const connection = await database.connect();
  const values = AUDIT_LOGS_COLUMNS.map(({ name }) => `'Plain ${name}' AS ${name}`);
  await connection.run(`CREATE TEMP VIEW audit_logs AS SELECT ${values.join(", ")}`);
  const [row = []] = (await connection.runAndReadAll(MASKED_SQL)).getRowsJson() as string[][];
  connection.closeSync();
  database.closeSync();

  expect(row[columns.indexOf("actor_email")]).toBe(
    createHash("sha256").update("plain actor_email").digest("hex").toUpperCase(),
  );
  expect(row[columns.indexOf("action")]).toBe("Plain action");
  for (const name of SENSITIVE_COLUMNS) expect(JSON.stringify(row)).not.toContain(`Plain ${name}"`);
  for (const name of ["entity", "context", "details", "line"]) expect(columns).not.toContain(name);
  expect(SENSITIVE_COLUMNS).toEqual(
    expect.arrayContaining(["actor_email", "entity_email", "ip_address", "line"]),
  );
});

it("is Trino's SQL", () => {
  expect(trinoProblems(MASKED_SQL)).toEqual([]);
});
