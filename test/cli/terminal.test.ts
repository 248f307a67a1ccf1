import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { FAKE_TOKEN, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import { writeArchive } from "../sql/open-lake-of.ts";
import { run } from "./audit-lake.ts";
import { LocalRun } from "./local-run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { runAtTerminal } from "./terminal.ts";

const env = { SLACK_AUDIT_TOKEN: FAKE_TOKEN };

it.each([60, 80, 120])("shows how far a run is at %i columns", async (columns) => {
  const args = (await LocalRun.prepare()).ingestArgs();
  const { code, screen } = await runAtTerminal(args, { columns, env });

  expect(code).toBe(0);
  // Drawn in one line each time, with nothing of the last drawing left.
  expect(screen).toMatch(
    /^█+ 100% \| 320 entries \| at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\n\{"source"/,
  );
});

describe("a saved query", () => {
  let archive: string;
  let person: string;

  beforeAll(async () => {
    archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
    const from = startOfDay("2026-03-02");
    const entries = new Organization({ entriesPerWeek: 5000 }).newestFirst(
      from,
      from + SECONDS_PER_DAY - 1,
      Number.MAX_SAFE_INTEGER,
    );
    const stored = [...entries].toReversed();
    const login = stored.map(({ text }) => JSON.parse(text)).find((e) => e.action === "user_login");
    person = login.actor.user.email;
    await writeArchive(archive, stored);
  });
  afterAll(() => rm(archive, { recursive: true }));

  it.each([
    [60, "logins"],
    [80, "user-trail"],
    [80, "completeness"],
    [120, "account-changes"],
  ])("fits into %i columns: %s", async (columns, name) => {
    const period = ["--set", "from_day=2026-03-02", "--set", "to_day=2026-03-02"];
    const whose = name === "user-trail" ? ["--set", `person=${person}`] : [];
    const { code, raw } = await runAtTerminal(
      ["query", name, ...period, ...whose, "--archive", archive, "--no-pager"],
      { columns },
    );

    // What it is at is drawn first, and gone when the cursor is shown again.
    const shownAt = raw.lastIndexOf("\u001b[?25h");
    expect(raw.slice(0, shownAt)).toMatch(/\d+ s: checking \d+ of 24 files of /);
    const lines = stripVTControlCharacters(raw.slice(shownAt)).split("\r\n");
    expect(code).toBe(0);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.join("\n")).not.toContain("…");
    expect(lines.at(-2)).toMatch(/^[1-9]\d* rows?$/);
  });

  it("is not the only one that shows what it is at: detect does", async () => {
    const { code, raw, screen } = await runAtTerminal([
      ...["detect", "--archive", archive, "--no-pager"],
    ]);

    expect(code).toBe(0);
    expect(raw).toMatch(/\d objects?, [\d,]+ entries so far, at 2026-03-02 /);
    expect(screen).not.toContain("so far");
  });

  it("that is longer than the screen goes through the pager", async () => {
    const args = ["query", "SELECT * FROM range(100) AS t (n)", "--archive", archive];
    const { code, screen } = await runAtTerminal(args, { env: { PAGER: "sed s/^/paged:/" } });

    expect(code).toBe(0);
    expect(screen).toMatch(/^paged:┌/);
    expect(screen).toMatch(/paged:100 rows$/);
  });
});

it("shows how far seal, columns and verify are", async () => {
  const archive = await temporaryDirectory();
  const day = dayOf(Date.now() / 1000 - 3 * SECONDS_PER_DAY);
  const slack = await startFakeSlack({ entries: makeEntries(5, { from: startOfDay(day) + 60 }) });
  onTestFinished(() => slack.close());
  const api = ["--api-base", slack.baseUrl];
  await run(["ingest", "--archive", archive, "--from", day, ...api]);
  for (const [name, ...args] of [["seal", "--day", day, ...api], ["columns"], ["verify"]]) {
    const { code, screen } = await runAtTerminal([`${name}`, "--archive", archive, ...args], {
      env,
    });

    expect({ name, code }).toEqual({ name, code: 0 });
    expect(screen, name).toMatch(/^[█░]+ \d+% \| .*\d{4}-\d\d-\d\d/);
  }
});
