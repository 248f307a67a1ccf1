import { describe, expect, it } from "vitest";
import { exampleAnomaly } from "../../lib/detect/anomaly-rule.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../../lib/detect/example-entry.ts";
import { inspectionOf, QUERY_VALUES } from "../../lib/detect/inspect.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";

const FIRST = Date.UTC(2026, 0, 5, 23, 59) / 1000;

function inspect(
  query?: string,
  shown: AuditLogEntry = exampleEntry("intune_disabled"),
  ids = ["11111111-2222"],
  lastSeconds = 0,
) {
  const entries = { count: ids.length, ids, first: FIRST, last: FIRST + lastSeconds };
  return inspectionOf("grid", entries, shown, query);
}

describe("inspectionOf", () => {
  it("shows one entry", () => {
    expect(inspect()).toEqual({
      cat: "audit-lake cat --source grid --from 2026-01-05T23:59:00Z --until 2026-01-05T23:59:01Z --id 11111111-2222",
      sql: "SELECT * FROM audit_logs WHERE source = 'grid' AND dt = '2026-01-05' AND id = '11111111-2222'",
    });
  });

  it("shows several, of two days", () => {
    expect(inspect(undefined, undefined, ["a", "b"], 120)).toEqual({
      cat: "audit-lake cat --source grid --from 2026-01-05T23:59:00Z --until 2026-01-06T00:01:01Z --id a b",
      sql: "SELECT * FROM audit_logs WHERE source = 'grid' AND dt BETWEEN '2026-01-05' AND '2026-01-06' AND id IN ('a', 'b')",
    });
  });

  it("shows those of a correlation by what they are", () => {
    const series = { actions: ["user_login_failed"], where: "actor_id = 'U1'" };
    const entries = { count: 1, ids: ["a"], first: FIRST, last: FIRST + 1, series };
    expect(inspectionOf("grid", entries, exampleEntry("user_login_failed"), undefined)).toEqual({
      cat: "audit-lake cat --source grid --from 2026-01-05T23:59:00Z --until 2026-01-05T23:59:02Z --action user_login_failed",
      sql: "SELECT * FROM audit_logs WHERE source = 'grid' AND dt BETWEEN '2026-01-05' AND '2026-01-05' AND (actor_id = 'U1')",
    });
  });

  it("runs a saved query from a week before on", () => {
    expect(inspect("security-settings-changed")).toMatchObject({
      query:
        "audit-lake query security-settings-changed --source grid --from 2025-12-29 --until 2026-01-06",
      queryName: "security-settings-changed",
    });
  });

  it("knows no values of a query with an inherited name", () => {
    expect(inspect("constructor").query).toMatch(/^audit-lake query constructor --source grid /);
  });

  it("gives a query the person", () => {
    expect(inspect("user-trail").query).toContain("user-trail --set person=U0ADMIN001 --source");
  });

  it("gives a query the person that an anomaly is about", () => {
    const entry = exampleAnomaly(["tor"]);
    expect(inspect("user-trail", entry).query).toContain(" --set person=U0TARGET01 ");
  });

  it("gives a query the user it was done to when Slack did it", () => {
    const entity = EXAMPLE_ENTITIES.user;
    const entry = exampleEntry("user_session_reset", { actorUserId: "USLACKSECURITY", entity });
    expect(inspect("user-trail", entry).query).toContain(" --set person=U0TARGET01 ");
  });

  it("gives a query the address", () => {
    expect(inspect("address-trail").query).toContain("--set address=192.0.2.10 ");
  });

  it("names no query that lacks what it must be given", () => {
    const { context: _, ...entry } = exampleEntry("intune_disabled");
    const inspection = inspect("address-trail", entry as AuditLogEntry);
    expect(Object.keys(inspection)).toEqual(["cat", "sql"]);
  });

  it.each([
    ["x' OR '1'='1", String.raw`--id 'x'\'' OR '\''1'\''='\''1'`, "id = 'x'' OR ''1''=''1'"],
    ["$(reboot)", "--id '$(reboot)'", "id = '$(reboot)'"],
    ["a; rm -r /", "--id 'a; rm -r /'", "id = 'a; rm -r /'"],
    ["--file=x", "--id '--file=x'", "id = '--file=x'"],
    ["a\u001b[2Jb\nc", "--id 'a [2Jb c'", "id = 'a [2Jb c'"],
    ["", "--id ''", "id = ''"],
  ])("quotes %j for the shell and for SQL", (id, shell, sql) => {
    const { cat, sql: select } = inspect(undefined, undefined, [id]);
    expect(cat.slice(cat.indexOf("--id"))).toBe(shell);
    expect(select.slice(select.indexOf("id ="))).toBe(sql);
  });

  it("finds ids that are too long to name by how they begin", () => {
    const id = "😀'".repeat(200);
    const { cat, sql } = inspect(undefined, undefined, ["a", id]);
    expect(cat).toMatch(/ --action intune_disabled$/);
    expect(sql).toMatch(/ AND \(id = 'a' OR starts_with\(id, '(?:😀''){100}'\)\)$/u);
  });

  it("names no query that must be given something too long", () => {
    const entry = exampleEntry("intune_disabled", { ipAddress: "9".repeat(201) });
    expect(inspect("address-trail", entry)).not.toHaveProperty("query");
  });

  it("knows what every saved query must be given", () => {
    const required = [...SAVED_QUERIES.values()].flatMap(({ name, parameters }) =>
      parameters.filter(({ isRequired }) => isRequired).map((parameter) => [name, parameter.name]),
    );
    expect(Object.entries(QUERY_VALUES).map(([name, { parameter }]) => [name, parameter])).toEqual(
      required,
    );
  });
});
