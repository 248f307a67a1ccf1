import { expect, it } from "vitest";
import { FAKE_TOKEN } from "../../fake-slack/fake-slack.ts";
import { LocalRun } from "./local-run.ts";
import { runAtTerminal } from "./terminal.ts";

it.each([60, 80, 120])("shows how far a run is at %i columns", async (columns) => {
  const { code, screen } = await runAtTerminal((await LocalRun.prepare()).ingestArgs(), {
    columns,
    env: { SLACK_AUDIT_TOKEN: FAKE_TOKEN },
  });

  expect(code).toBe(0);
  // Drawn in one line each time, with nothing of the last drawing left.
  expect(screen).toMatch(
    /^█+ 100% \| 320 entries \| at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\n\{"source"/,
  );
});
