import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { FAKE_TOKEN, type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { SECONDS_PER_DAY } from "../../../lib/time.ts";
import { lastLine, run, start } from "../audit-lake.ts";
import { archivedLines } from "../local-run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const NOW = Math.floor(Date.now() / 1000);
const LIVE_START = NOW - 3600;
const FROM = LIVE_START - SECONDS_PER_DAY;

let slack: FakeSlack;
let archive: string;

beforeEach(async () => {
  slack = await startFakeSlack({
    entries: [
      ...makeEntries(60, { from: FROM + 60, stepSeconds: 1400 }),
      ...makeEntries(5, { from: LIVE_START + 60 }),
    ],
  });
  onTestFinished(() => slack.close());
  archive = join(await temporaryDirectory(), "archive");
  await run(argsOf("ingest", "--from", String(LIVE_START)));
});

function argsOf(name: string, ...more: string[]): string[] {
  return [name, "--archive", archive, "--api-base", slack.baseUrl, ...more];
}

const backfill = (...more: string[]) =>
  run(argsOf("backfill", "--from", String(FROM), "--yes", ...more));

async function expectTruth(): Promise<void> {
  const lines = await archivedLines(archive);
  expect(new Map(lines.map((line) => [JSON.parse(line).id as string, line]))).toEqual(
    slack.truth(),
  );
  expect(lines).toHaveLength(65);
}

describe("backfill", () => {
  it("brings in what was before the live runs, and says so", async () => {
    const { code, stdout, stderr } = await backfill();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^outcome +done$/m);
    expect(stdout).toMatch(/^entries +60 entries stored now$/m);
    expect(stdout).toMatch(/^backfill +100% of /m);
    await expectTruth();
    const status = await run(["status", "--archive", archive, "--json"]);
    expect(lastLine(status.stdout)).toMatchObject({
      sources: [{ source: "slack", backfill: { entries: 60, minutesLeft: 0 } }],
    });
  });

  it("only estimates when it is asked to, and leaves nothing behind", async () => {
    const { code, stdout } = await backfill("--estimate");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^estimate +about \d+ entries, from 10 samples of an hour$/m);
    expect(stdout).toMatch(/^calls +about \d+, .* at 40 a minute$/m);
    const status = await run(["status", "--archive", archive, "--json"]);
    expect(lastLine(status.stdout)).toMatchObject({ sources: [{ backfill: null }] });
    expect(await archivedLines(archive)).toHaveLength(5);
  });

  it("keeps to --until and --last, and takes --to for --until", async () => {
    const half = String(FROM + SECONDS_PER_DAY / 2);
    const first = await backfill("--to", half);
    expect(first.stdout).toMatch(/^entries +31 entries stored now$/m);
    expect(first.stderr).toBe(
      "audit-lake: --to is deprecated and goes away in the next release: use --until\n",
    );
    const rest = await run(argsOf("backfill", "--last", "2d", "--yes"));
    expect(rest).toMatchObject({ code: 0, stderr: "" });
    await expectTruth();
  });

  it("begins nothing unasked: without a terminal it needs --yes", async () => {
    const { code, stdout, stderr } = await run(argsOf("backfill", "--from", String(FROM)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^audit-lake: .* there is no terminal: pass --yes \(-y\).*\n$/);
    expect(await archivedLines(archive)).toHaveLength(5);
  });

  it("goes on after Ctrl-C", async () => {
    slack.latencyMs = 30;
    const { process, ended } = start(argsOf("backfill", "--from", String(FROM), "--yes"));
    const before = slack.stats.calls;
    slack.onCall = ({ number }) => {
      if (number === before + 3) process.kill("SIGINT");
    };
    const first = await ended;
    expect(first.code).toBe(130);
    expect(first.stderr).toContain("Stopping with everything saved");
    slack.onCall = undefined;
    const { code, stdout } = await backfill("--json");
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ outcome: "caught_up", progress: { entries: 60 } });
    await expectTruth();
  });

  it("is cancelled from where it has come to, and can be planned again", async () => {
    slack.token = "xoxp-other"; // planned, and stuck from its first call on
    expect((await backfill()).code).toBe(1);
    const cancel = () => run(["backfill", "--archive", archive, "--cancel", `${FROM}/${NOW}`]);
    const { code, stdout, stderr } = await cancel();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Cancelled 20.*Z to 20.*Z of "slack"\. What is archived stays; /);
    expect((await cancel()).stdout).toBe('No backfill of "slack" is unfinished there.\n');
    const status = await run(["status", "--archive", archive, "--json"]);
    expect(lastLine(status.stdout)).toMatchObject({ sources: [{ backfill: null }] });
    slack.token = FAKE_TOKEN;
    expect((await backfill()).code).toBe(0);
    await expectTruth();
  });

  it("does nothing when all is archived", async () => {
    await backfill("--json");
    const { calls } = slack.stats;
    const { code, stdout } = await run(argsOf("backfill", "--from", String(FROM)));
    expect(code).toBe(0);
    expect(stdout).toContain("All of it is archived already.");
    expect(slack.stats.calls).toBe(calls);
  });

  it("says what failed, and leaves the rest of the work to the next time", async () => {
    const before = slack.stats.calls;
    slack.faults.when(({ number }) => (number > before + 2 ? "token_refused" : undefined));
    const { code, stdout, stderr } = await backfill("--json");
    expect(code).toBe(1);
    expect(stderr).toContain("token");
    expect(lastLine(stdout)).toMatchObject({ outcome: "failed" });
    slack.faults.clear();
    expect(await backfill()).toMatchObject({ code: 0 });
    await expectTruth();
  });

  it.each<[string, string[], string]>([
    [
      "a beginning before Slack had audit logs",
      ["--from", "2017-01-01"],
      "Slack has no audit logs before 2018-03-01",
    ],
    [
      "the live runs' own time",
      ["--from", String(NOW - 60)],
      "nothing to backfill: the live runs began at",
    ],
    [
      "a source that never ran",
      ["--source", "other"],
      'has no source "other"; it has slack: name one',
    ],
    ["a time that is none", ["--until", "yesterday"], "Give ISO 8601"],
  ])("refuses %s in one line", async (_, args, problem) => {
    const { code, stdout, stderr } = await backfill(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
