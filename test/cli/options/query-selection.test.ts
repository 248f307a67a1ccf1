import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toStatement } from "../../../cli/options/query-selection.ts";
import { SAVED_QUERIES } from "../../../lib/sql/saved-queries.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

/** Values for parameters without a default. */
const REQUIRED: Record<string, Record<string, string>> = {
  "address-trail": { address: "192.0.2.17" },
  "user-trail": { person: "charlie.parker@example.com" },
};
const NOW = Date.UTC(2026, 4, 20, 13) / 1000;
const at = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;

describe("the period of a saved query", () => {
  it.each([
    ["logins", {}, "2026-04-20 to 2026-05-20"],
    ["new-actions", {}, "2026-02-19 to 2026-05-20"],
    ["logins", { last: 7 * 86_400 }, "2026-05-13 to 2026-05-20"],
    ["logins", { from: at("2026-05-01"), until: at("2026-05-08") }, "2026-05-01 to 2026-05-07"],
    [
      "logins",
      { from: at("2026-05-01") + 3600, until: at("2026-05-02") + 1 },
      "2026-05-01 to 2026-05-02",
    ],
    ["logins", { until: at("2026-02-01") }, "2026-01-01 to 2026-01-31"],
    ["logins", { set: { from_day: "2026-05-02" } }, "2026-05-02 to 2026-05-20"],
    ["logins", { set: { to_day: "2026-02-01" } }, "2026-01-02 to 2026-02-01"],
  ])("%s with %j: %s", (name, options, days) => {
    const { sql, saved } = toStatement(name, options, NOW);

    expect(saved?.reads).toBe(`Reading ${days} (UTC, both included) of all sources.`);
    const [from, to] = days.split(" to ");
    expect(sql).toContain(`dt BETWEEN /* from_day */ '${from}' AND /* to_day */ '${to}'`);
  });

  it.each([
    [{ set: { from_day: "2026-05-02", to_day: "2026-05-01" } }, /the period is reversed/],
    [{ set: { from_day: "2026-06-01" } }, /the period is reversed/],
    [{ from: at("2026-05-03"), until: at("2026-05-01") }, /must be later than --from/],
    [{ from: at("2026-06-03") }, /the period is reversed/],
    [{ set: { to_day: "2026-02-30" } }, /it takes a day/],
    [{ set: { new_since: "2026-05-21" } }, /nothing can be found: new_since 2026-05-21 is after/],
    [{ last: 86_400, set: { from_day: "2026-05-02" } }, /once: --last or --set from_day/],
  ])("is an error with %j", (options, message) => {
    expect(() =>
      toStatement(
        "set" in options && "new_since" in options.set ? "new-actions" : "logins",
        options,
        NOW,
      ),
    ).toThrow(message);
  });

  it("ends days that are counted from today at its last day instead", () => {
    const { sql } = toStatement("new-actions", { until: at("2026-02-01") }, NOW);
    expect(sql).toContain("/* new_since */ date_format(DATE '2026-01-31' - INTERVAL '7' DAY");
  });
});

it("refuses a folder without queries", async () => {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, "notes.txt"), "");
  expect(() => toStatement("logins", { queries: folder }, NOW)).toThrow(
    `--queries ${folder}: there is no NAME.sql in this folder`,
  );
});

it.each([...SAVED_QUERIES.keys()])(
  "--source and --last restrict each table that %s reads",
  (name) => {
    const set = { ...REQUIRED[name] };
    const restricted = toStatement(name, { source: "acme", last: 86_400, set }, NOW);

    expect(restricted.saved?.reads).toMatch(/^Reading 2026-05-19 to 2026-05-20 .* of acme\.$/);
    const tables = [...restricted.sql.matchAll(/(?:FROM|JOIN) (?:audit_logs|archive_hours)\b/g)];
    const restrictions = [
      ...restricted.sql.matchAll(
        /dt BETWEEN \/\* from_day \*\/ '2026-05-19' AND \/\* to_day \*\/ '2026-05-20' AND source = 'acme'/g,
      ),
    ];
    expect(tables.length).toBeGreaterThan(0);
    expect(restrictions).toHaveLength(tables.length);
  },
);

describe("a mistake", () => {
  it.each([
    [
      "logons",
      {},
      'there is no saved query "logons"; "query --list" lists them; did you mean "logins"?',
    ],
    ["zzz", {}, 'there is no saved query "zzz"; "query --list" lists them'],
    [
      "SELECT 1",
      { set: { from_day: "2026-05-01" } },
      "--set works with saved queries only; write the values into the SELECT",
    ],
    [
      "SELECT 1",
      { source: "acme" },
      "--source works with saved queries only; write the days (dt) and the source into the SELECT",
    ],
    [
      "SELECT 1",
      { last: 1 },
      "--last works with saved queries only; write the days (dt) and the source into the SELECT",
    ],
  ])("%s with %j gives one line", (text, options, message) => {
    expect(() => toStatement(text, options, NOW)).toThrow(message);
  });

  it("leaves a SELECT as it is", () => {
    expect(toStatement("SELECT 1", {}, NOW)).toEqual({ sql: "SELECT 1" });
  });
});
