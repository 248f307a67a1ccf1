import { expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { FAKE_TOKEN, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
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
