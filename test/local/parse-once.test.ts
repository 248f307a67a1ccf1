import { expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import { parseOnce } from "../../lib/local/parse-once.ts";
import { AUDIT_LOGS_SQL } from "../../lib/sql/audit-logs-view.ts";
import { openLakeOfLines } from "../sql/open-lake-of.ts";

it("leaves two calls that parse the line: for texts, and for JSON", () => {
  const calls = (sql: string) =>
    sql.match(/\bjson_(?:extract|transform)\w*\((?:json|line)\b/g)?.length;
  expect(calls(AUDIT_LOGS_SQL)).toBeGreaterThan(20);
  expect(calls(parseOnce(AUDIT_LOGS_SQL))).toBe(2);
});

it("gives what the view gives, whatever a line holds", async () => {
  const time = { date_create: MONDAY_MORNING };
  const lines = [
    makeEntry({ id: "a1", dateCreate: MONDAY_MORNING, details: { size: 1 } }).text,
    JSON.stringify({ id: "b", ...time, entity: { type: "role", role: { id: 9, name: [7] } } }),
    JSON.stringify({ id: "c", ...time, entity: { type: "a.b['c']$" }, actor: 7, context: [] }),
    JSON.stringify({ id: "d", ...time, entity: { type: { user: 1 } }, details: null }),
    '{"id":"e","entity":{"type":"file","file":{"id":"F1","title":"\\ud83d"}}}',
    '{"id":"f","id":"g","context":{"session_id":18446744073709551616}}',
    '{"id":"h","date_create":-1,"actor":{"user":{"name":"x\\u0000y"}}}',
    '{"id":"[i]","action":"{j","actor":{"user":{"name":"[\\u0000","email":{"a":1}}},"entity":"[","context":"x"}',
    '{"id":["[k]"],"action":1e400,"actor":{"type":1.50,"user":{"id":-0,"team":true}},"details":"null"}',
    `{"id":"l","actor":{"user":{"name":"${"é".repeat(1950)}"}}}`,
    `{"id":"m","actor":{"user":{"name":"${"é".repeat(2000)}"}}}`,
    `{"id":"n","details":${"[".repeat(1001)}${"]".repeat(1001)}}`,
    "no JSON",
    "[]",
    "null",
  ];
  const lake = await openLakeOfLines(lines);
  const { columns, rows } = await lake.query("SELECT * FROM audit_logs ORDER BY line");
  expect(rows).toHaveLength(lines.length);
  for (let i = 0; i < columns.length; i += 6) {
    const few = await lake.query(
      `SELECT ${columns.slice(i, i + 6).join(", ")} FROM audit_logs ORDER BY line`,
    );
    expect(few.rows).toEqual(rows.map((row) => row.slice(i, i + 6)));
  }
});
