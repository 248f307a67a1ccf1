import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { lastLine, run } from "../audit-lake.ts";
import { LocalRun, START } from "../local-run.ts";

let local: LocalRun;
beforeEach(async () => {
  local = await LocalRun.prepare();
});

it.each<[string, string[], number, RegExp]>([
  ["a bad date", ["--from", "yesterday"], 2, /--from.*yesterday.*ISO 8601/],
  ["a date that no month has", ["--from", "2026-02-30"], 2, /2026-02-30/],
  ["a start in the future", ["--from", "9999999999"], 2, /--from .* in the future/],
  ["an end before the start", ["--until", "2019-01-01"], 2, /--until .* must be later/],
  ["two starts", ["--last", "1d"], 2, /'--last <duration>' cannot be used with option '--from/],
  ["a bad duration", ["--time-limit", "soon"], 2, /--time-limit.*soon/],
  ["a page limit above Slack's", ["--page-limit", "10000"], 2, /--page-limit.*9999/],
  ["a source that is no name", ["--source", "Acme Inc"], 2, /--source.*Acme Inc/],
  ["http off this machine", ["--api-base", "http://example.com/"], 2, /--api-base must be https/],
  ["no URL", ["--api-base", "slack"], 2, /--api-base is not a URL/],
  ["an unknown option", ["--form", "2026-01-01"], 2, /unknown option '--form'/],
  ["an archive that is a file", ["--archive", import.meta.filename], 2, /not a directory/],
  [
    "an archive that cannot be created",
    ["--archive", "/dev/null/x"],
    2,
    /cannot create the archive/,
  ],
])("%s gives one line", async (_, args, code, message) => {
  const ended = await run(local.ingestArgs(...args));
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr).toMatch(/^audit-lake: .*\n$/);
});

it.each([null, "", " "])("a missing token (%j) gives one line", async (token) => {
  const ended = await run(local.ingestArgs(), { token });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/^audit-lake: SLACK_AUDIT_TOKEN is not set.*\n$/);
  expect(local.slack.stats.calls).toBe(0);
});

it("a wrong token gives one line, and the summary says failed", async () => {
  const ended = await run(local.ingestArgs(), { token: "xoxp-wrong-token" });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/^audit-lake: .*invalid_authentication.*\n$/);
  expect(lastLine(ended.stdout)).toMatchObject({
    outcome: "failed",
    error: { name: "SlackApiError" },
  });
  expect(ended.stdout + ended.stderr).not.toContain("xoxp-wrong-token");
});

it("a Slack that cannot be reached is named at once, and when the time is up", async () => {
  const nowhere = ["--api-base", "http://127.0.0.1:1/", "--time-limit", "1s"];
  const ended = await run(["ingest", "--archive", local.archive, ...nowhere]);
  expect(ended.code).toBe(75);
  const [first, last, ...more] = ended.stderr.trimEnd().split("\n");
  expect(first).toMatch(/^audit-lake: a call to Slack failed, trying again: .*ECONNREFUSED/);
  expect(last).toMatch(/^audit-lake: out of time; the last call to Slack failed: .*ECONNREFUSED/);
  expect(more).toEqual([]);
});

it("a damaged checkpoint gives one line", async () => {
  await run(local.ingestArgs());
  await writeFile(join(local.archive, "checkpoints.sqlite"), "not a database".repeat(1000));
  const ended = await run(local.ingestArgs());
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/^audit-lake: .*checkpoints\.sqlite.*\n$/);
});

it.each([
  ["--from", String(START - 86_400)],
  ["--last", "7d"],
])("a start before that of the archive (%s) is pointed out", async (option, value) => {
  await run(local.ingestArgs());
  const args = ["ingest", "--archive", local.archive, "--api-base", local.slack.baseUrl];
  const ended = await run([...args, option, value]);
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(new RegExp(`^audit-lake: ${option} has no effect.*\\n$`));
});

it("--until is held against what the run would read", async () => {
  const now = Math.floor(Date.now() / 1000);
  const hoursAgo = (hours: number) => String(now - hours * 3600);
  const args = ["ingest", "--archive", local.archive, "--api-base", local.slack.baseUrl];
  const first = await run([...args, "--until", hoursAgo(48)]);
  expect(first).toMatchObject({ code: 2, stdout: "" });
  expect(first.stderr).toMatch(
    /^audit-lake: --until .* must be later than .*, where a new archive begins unless --from .*\n$/,
  );
  expect(await run([...args, "--from", hoursAgo(72), "--until", hoursAgo(48)])).toMatchObject({
    code: 0,
  });

  for (const hours of [48, 36, 36]) {
    expect(await run([...args, "--until", hoursAgo(hours)])).toMatchObject({ code: 0, stderr: "" });
  }
  const early = await run([...args, "--until", hoursAgo(40)]);
  expect(early).toMatchObject({ code: 2, stdout: "" });
  expect(early.stderr).toMatch(
    /^audit-lake: --until .* must not be earlier than .*: the archive of "slack" is complete to there.*\n$/,
  );
});
