import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { Organization } from "../../fake-slack/organization.ts";

const MAIN = fileURLToPath(new URL("../../fake-slack/main.ts", import.meta.url));
const SPAN = { from: "2026-03-02T09:00:00Z", until: "2026-03-02T10:00:00Z" };

let child: ChildProcessWithoutNullStreams;

afterEach(() => child.kill("SIGKILL"));

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): AsyncIterator<string> {
  child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}

async function nextLine(lines: AsyncIterator<string>): Promise<Record<string, unknown>> {
  return JSON.parse((await lines.next()).value);
}

describe("the fake Slack as a process", () => {
  it("serves the organization of its flags, and tells its totals on SIGTERM", async () => {
    const lines = start(
      ["--seed", "7", "--entries-per-week", "20000", "--from", SPAN.from, "--until", SPAN.until],
      { FAKE_SLACK_TOKEN: "xoxp-of-this-test" },
    );
    const { baseUrl } = await nextLine(lines);
    const response = await fetch(`${baseUrl}logs?limit=9999`, {
      headers: { authorization: "Bearer xoxp-of-this-test" },
    });
    const { entries } = (await response.json()) as { entries: { id: string }[] };
    const organization = new Organization({
      seed: 7,
      entriesPerWeek: 20_000,
      from: Date.parse(SPAN.from) / 1000,
      until: Date.parse(SPAN.until) / 1000,
    });
    const now = Date.now() / 1000;
    expect(entries.length).toBeGreaterThan(50);
    expect(entries.map(({ id }) => id)).toEqual(
      Array.from(organization.newestFirst(0, now, now), ({ id }) => id),
    );
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    expect(await nextLine(lines)).toMatchObject({
      stats: { calls: 1, pages: 1, entries: entries.length },
    });
    expect(await exit).toEqual([0, null]);
  });

  it("ends when its parent goes away", async () => {
    const lines = start([]);
    await nextLine(lines);
    const exit = once(child, "exit");
    child.stdin.end();
    expect(await exit).toEqual([0, null]);
  });

  it.each([
    ["--from", "yesterday"],
    ["--entries-per-week", "many"],
    ["--users", "19"],
    ["--unknown", "1"],
  ])("refuses %s %s in one line", async (flag, value) => {
    start([flag, value]);
    const exit = once(child, "exit");
    const errors = createInterface(child.stderr)[Symbol.asyncIterator]();
    expect((await errors.next()).value).toMatch(/^error: .*--/);
    expect((await errors.next()).done).toBe(true);
    expect(await exit).toEqual([1, null]);
  });
});
