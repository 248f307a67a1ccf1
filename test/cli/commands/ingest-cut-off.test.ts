import { beforeEach, expect, it } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { lastLine, run, start } from "../audit-lake.ts";
import { LocalRun, START } from "../local-run.ts";

let local: LocalRun;
beforeEach(async () => {
  local = await LocalRun.prepare();
});

it.each([1, 2, 3, 5, 8, 13])(
  "loses and repeats nothing when it is killed at call %i",
  async (killedAt) => {
    const { process, ended } = start(local.ingestArgs());
    local.slack.onCall = ({ number }) => {
      if (number === killedAt) process.kill("SIGKILL");
    };
    expect((await ended).code).toBe(null);
    local.slack.onCall = undefined;
    local.slack.add(makeEntries(4, { from: START + 3 * 3600 - 300 }));

    // At once, long before the lease of the killed run expires.
    const { code, stdout } = await run(local.ingestArgs());
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ outcome: "caught_up" });
    await local.expectTruth();
  },
);

it.each(["SIGINT", "SIGTERM"] as const)(
  "ends cleanly at %s, with its state saved",
  async (signal) => {
    const { process, ended } = start(local.ingestArgs());
    local.slack.onCall = ({ number }) => {
      if (number === 6) process.kill(signal);
    };
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(lastLine(stdout)).toMatchObject({ outcome: "interrupted" });
    expect(stderr).toContain("Ctrl-C again");
    local.slack.onCall = undefined;

    const stored = Number(lastLine(stdout).entries);
    expect(stored).toBeGreaterThan(0);
    const rest = await run(local.ingestArgs());
    expect(lastLine(rest.stdout)).toMatchObject({ outcome: "caught_up", entries: 320 - stored });
    await local.expectTruth();
  },
);

it("leaves a second run at the same time nothing to do", async () => {
  const firstIsAtWork = Promise.withResolvers<void>();
  const secondHasEnded = Promise.withResolvers<void>();
  local.slack.onCall = ({ number }) => {
    firstIsAtWork.resolve();
    return number === 1 ? secondHasEnded.promise : undefined;
  };
  const first = start(local.ingestArgs());
  await firstIsAtWork.promise;
  const second = await run(local.ingestArgs());
  expect(second.code).toBe(75);
  expect(lastLine(second.stdout)).toMatchObject({ outcome: "lease_held", entries: 0 });
  secondHasEnded.resolve();
  expect((await first.ended).code).toBe(0);
  await local.expectTruth();
});
