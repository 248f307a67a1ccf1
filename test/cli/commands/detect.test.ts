import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { DETECTIONS } from "../../../lib/detect/detections.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { lastLine, run } from "../audit-lake.ts";
import { emptyArchive } from "../empty-archive.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const HOUR = 3600;

/** One archive for all tests: `detect` only reads. */
let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const store = new DirectoryArchiveStore(archive);
  const app = { type: "app", app: { id: "A0OWN", name: "Lake" } };
  for (const [hoursLater, ...entries] of [
    [0, { action: "intune_disabled" }, { action: "intune_disabled" }, { action: "user_login" }],
    [1, { action: "intune_disabled" }, { action: "app_deleted", entity: app }],
  ] as const) {
    const made = entries.map((fields, i) =>
      makeEntry({ ...fields, dateCreate: MONDAY_MORNING + hoursLater * HOUR + i }),
    );
    const { key, body } = await encodeObject(
      "grid",
      made.map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) })),
    );
    await store.put(key, body);
  }
});
afterAll(() => rm(archive, { recursive: true }));

function detect(...args: string[]) {
  return run(["detect", "--archive", archive, ...args], { token: null });
}

const SUPPRESSION = {
  ...{ rule: "intune-disabled", actor: "*" },
  ...{ reason: "Migration", owner: "sec", expires: "2027-01-01" },
};

async function suppressions(content: string | object): Promise<string> {
  const file = join(await temporaryDirectory(), "suppressions.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify([content]));
  return file;
}

describe("detect", () => {
  it("prints each alert as an event of OCSF", async () => {
    const { code, stdout } = await detect("--ocsf", "--rule", "intune-disabled");
    const findings = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

    expect(code).toBe(0);
    expect(findings.map(({ class_uid, severity }) => [class_uid, severity])).toEqual([
      [2004, "High"],
      [2004, "High"],
    ]);
  });

  it("prints the rules that would have raised alerts, and how many", async () => {
    const { code, stdout, stderr } = await detect();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/│ intune-disabled *│ high *│ *3 │ *2 │/);
    expect(stdout).toMatch(/│ app-removed *│ low *│ *1 │ *1 │/);
    expect(stdout).not.toContain("own-app-removed");
    expect(stdout).toContain(`5 entries, 3 alerts by 2 of ${DETECTIONS.length} rules.`);
  });

  it("lists the alerts, the most severe first and of those the newest", async () => {
    const { stdout } = await detect();
    const [, ...rows] = stdout.split("\n").filter((line) => /^│.*grid +│$/.test(line));
    const severities = stdout.split("\n").flatMap((line) => {
      const [, severity, time] = /^│ (\w+) +│ (2026\S+)Z +│/.exec(line) ?? [];
      return time === undefined ? [] : [`${severity} ${time.slice(11, 16)}`];
    });
    expect(rows).toHaveLength(2);
    expect(severities).toEqual(["high 10:00", "high 09:00", "low 10:00"]);
    expect(stdout).toMatch(/^3 alerts$/m);
  });

  it("lists the alerts as JSON", async () => {
    const { alerts } = lastLine((await detect("--json")).stdout) as { alerts: unknown[] };
    expect(alerts).toMatchObject([
      { ruleId: "intune-disabled", severity: "high", entry: { time: "2026-03-02T10:00:00Z" } },
      { ruleId: "intune-disabled", severity: "high", entry: { time: "2026-03-02T09:00:00Z" } },
      { ruleId: "app-removed", severity: "low", entry: { entityId: "A0OWN" } },
    ]);
  });

  it.each([
    [["--severity", "medium"], 2],
    [["--rule", "app-removed"], 1],
    [["--rule", "app-removed", "--severity", "high"], 0],
  ])("has only what %j selects", async (args, count) => {
    const { alerts } = lastLine((await detect("--json", ...args)).stdout) as { alerts: unknown[] };
    expect(alerts).toHaveLength(count);
  });

  it("holds back what a suppression fits: counted, and listed apart", async () => {
    const file = await suppressions(SUPPRESSION);
    const { stdout, stderr } = await detect("--suppressions", file);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^1 alert$/m);
    expect(stdout).toMatch(/│ intune-disabled .*│ 2027-01-01 *│ sec *│ Migration *│/);
    expect(stdout).toMatch(/^2 suppressed alerts$/m);
    expect(stdout).toMatch(/5 entries, 1 alert by 2 of \d+ rules, 2 alerts suppressed\.$/m);

    const json = lastLine((await detect("--suppressions", file, "--json")).stdout);
    expect(json).toMatchObject({
      alerts: [{ ruleId: "app-removed" }],
      suppressed: [
        { ruleId: "intune-disabled", suppression: { owner: "sec", reason: "Migration" } },
        { ruleId: "intune-disabled" },
      ],
      rules: expect.arrayContaining([
        expect.objectContaining({ id: "intune-disabled", alerts: 0, suppressed: 2 }),
      ]),
    });
  });

  it("runs rules with the settings of a file", async () => {
    const file = await suppressions(
      JSON.stringify({ "intune-disabled": { sources: { grid: "info" } }, "app-removed": "off" }),
    );
    const json = lastLine((await detect("--rule-settings", file, "--json")).stdout);
    expect((json as { alerts: { ruleId: string; severity: string }[] }).alerts).toMatchObject([
      { ruleId: "intune-disabled", severity: "info" },
      { ruleId: "intune-disabled", severity: "info" },
    ]);
    expect(await detect("--rule-settings", await suppressions('{"x":"off"}'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no rule is called "x"'),
    });
    const gird = await suppressions('{"app-removed":{"sources":{"gird":"off"}}}');
    expect(await detect("--rule-settings", gird)).toMatchObject({
      code: 2,
      stderr: `audit-lake: --rule-settings ${gird}: rules.app-removed.sources: "gird" is no source; there is grid\n`,
    });
  });

  it("raises a suppression that has expired", async () => {
    const file = await suppressions({ ...SUPPRESSION, expires: "2026-03-01" });
    const { stdout } = await detect("--suppressions", file);
    expect(stdout).toMatch(/│ suppression-expired *│ medium *│/);
    expect(stdout).toMatch(/^4 alerts$/m);
  });

  it.each([
    [JSON.stringify([{ ...SUPPRESSION, expires: "soon" }]), "suppression 1 of 1: expires must be"],
    ['[{ "rule": }]', "not valid JSON: line 1 has something unexpected"],
  ])("says what is wrong with a file of suppressions: %s", async (text, message) => {
    const file = await suppressions(text);
    const { code, stderr } = await detect("--suppressions", file);
    expect(code).toBe(2);
    expect(stderr).toContain(`audit-lake: --suppressions ${file}: ${message}`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("runs rules of one's own, one of them in the place of ours", async () => {
    const folder = await temporaryDirectory();
    const rule = (fields: object) =>
      `{ ...${JSON.stringify({ title: "T", severity: "critical", reason: "R", techniques: [], reference: "", ...fields })}, alertTitle: () => "Ours", dedupeKey: (entry) => entry.id }`;
    await writeFile(
      join(folder, "own.mjs"),
      `export const login = ${rule({ id: "own-login", actions: ["user_login"] })};
      export const intune = ${rule({ id: "intune-disabled", actions: [] })};`,
    );
    const { alerts } = lastLine((await detect("--json", "--rules", folder)).stdout) as {
      alerts: unknown[];
    };
    expect(alerts).toMatchObject([
      { ruleId: "own-login", severity: "critical", title: "Ours" },
      { ruleId: "app-removed" },
    ]);
  });

  it("says what is no rule", async () => {
    const folder = await temporaryDirectory();
    expect(await detect("--rules", folder)).toMatchObject({
      code: 2,
      stderr: `audit-lake: --rules ${folder}: there is no module in ${folder}\n`,
    });
    await writeFile(join(folder, "own.mjs"), "export const rule = { id: 'x' };");
    expect(await detect("--rules", folder)).toMatchObject({
      code: 2,
      stderr: `audit-lake: --rules ${folder}: own.mjs: rule "rule": title must be a text\n`,
    });
  });

  it("knows no rule that is not there, and offers one that is", async () => {
    expect(await detect("--rule", "app-remove")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^audit-lake: there is no rule "app-remove".*"app-removed"\?\n$/,
      ),
    });
  });

  it("prints every rule's counts as JSON", async () => {
    const { stdout } = await detect("--json");
    expect(lastLine(stdout)).toMatchObject({
      archive,
      source: null,
      from: null,
      until: null,
      since: null,
      periodSeconds: HOUR,
      objects: 2,
      entries: 5,
      unreadable: 0,
      rules: DETECTIONS.map(({ id, severity }) => ({ id, severity, failures: 0 })),
    });
  });

  it("counts one alert a period, of the length that is asked for", async () => {
    expect((await detect("--period", "1d")).stdout).toMatch(
      /│ intune-disabled *│ high *│ *3 │ *1 │/,
    );
  });

  it.each([
    [["--from", "2026-03-02T10:00Z"], "2 entries since 2026-03-02 10:00:00Z, 2 alerts by 2 of"],
    [["--until", "2026-03-02T10:00Z"], "3 entries until 2026-03-02 10:00:00Z, 1 alert by 1 of"],
    [["--source", "grid"], "5 entries, 3 alerts by 2 of"],
  ])("reads what %j selects", async (args, counts) => {
    const { stdout, stderr } = await detect(...args);
    expect(stdout).toContain(counts);
    expect(stderr).toBe("");
  });

  it("says of which days the archive has entries when it has none of the period", async () => {
    const { code, stdout, stderr } = await detect("--from", "2026-03-03");
    expect(code).toBe(0);
    expect(stdout).toContain("0 entries since 2026-03-03 00:00:00Z, 0 alerts");
    expect(stderr).toBe(
      `audit-lake: no entry is of this period; the entries of the archive ${archive} are of 2026-03-02 to 2026-03-02 (UTC)\n`,
    );
  });

  it("takes --since for --from, with a warning", async () => {
    const { code, stdout, stderr } = await detect("--since", "2026-03-02T10:00Z", "--json");
    const from = Date.UTC(2026, 2, 2, 10) / 1000;
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ entries: 2, from, since: from });
    expect(stderr).toBe(
      "audit-lake: --since is deprecated and goes away in the next release: use --from\n",
    );
  });

  it("knows our own app when it is named", async () => {
    expect((await detect("--own-app", "A0OWN")).stdout).toMatch(/│ own-app-removed *│ critical *│/);
  });

  it("says so when no rule has anything to say", async () => {
    const empty = await emptyArchive();
    const { code, stdout } = await run(["detect", "--archive", empty]);
    expect(code).toBe(0);
    expect(stdout).toBe(`0 entries, 0 alerts by 0 of ${DETECTIONS.length} rules.\n`);
  });

  it.each([
    [["--from", "yesterday"], /--from.*ISO 8601/],
    [["--period", "0"], /--period.*at least one second/],
    [["--archive", "/no/such/archive"], /there is no archive at/],
    [["--source", "gird"], /has no source "gird"; it has grid: .*did you mean "grid"\?/],
  ])("refuses %j in one line", async (args, message) => {
    const { code, stdout, stderr } = await detect(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
