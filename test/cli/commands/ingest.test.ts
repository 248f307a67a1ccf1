import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { makeEntries, makeMalformedEntry } from "../../../fake-slack/entries.ts";
import { FAKE_TOKEN } from "../../../fake-slack/fake-slack.ts";
import { SqliteCheckpointStore } from "../../../lib/local/sqlite-checkpoint-store.ts";
import { lastLine, run } from "../audit-lake.ts";
import { archivedLines, LocalRun, START } from "../local-run.ts";

let local: LocalRun;
beforeEach(async () => {
  local = await LocalRun.prepare();
});

describe("a run", () => {
  it("stores everything, and goes on from the watermark the next time", async () => {
    const first = await run(local.ingestArgs());
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(lastLine(first.stdout)).toMatchObject({
      source: "slack",
      outcome: "caught_up",
      entries: 320,
    });
    await local.expectTruth();

    local.slack.add(makeEntries(5, { from: START + 3 * 3600 - 300 }));
    const second = await run(local.ingestArgs());
    expect(lastLine(second.stdout)).toMatchObject({ outcome: "caught_up", entries: 5 });
    await local.expectTruth();
  });

  it("tells people what it did in a few lines", async () => {
    const { code, stdout } = await run(local.ingestArgs().filter((arg) => arg !== "--json"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^outcome +caught up$/m);
    expect(stdout).toMatch(/^entries +320 stored, of which 0 late$/m);
  });

  it("keeps to --until, and to the name of the source", async () => {
    const until = String(START + 60 + 30 * 10);
    await run(local.ingestArgs("--until", until, "--source", "acme"));
    expect(await archivedLines(local.archive)).toHaveLength(10);
    expect(await readdir(join(local.archive, "audit_logs"))).toEqual(["source=acme"]);
  });

  it("begins the archive where --last says", async () => {
    const args = ["ingest", "--archive", local.archive, "--api-base", local.slack.baseUrl];
    const before = Math.floor(Date.now() / 1000);
    expect(await run([...args, "--last", "2h", "--json"])).toMatchObject({ code: 0, stderr: "" });
    const after = Math.floor(Date.now() / 1000);

    const checkpoints = new SqliteCheckpointStore(local.archive);
    const start = (await checkpoints.read("slack"))?.checkpoint?.start;
    checkpoints.close();
    expect(start).toBeGreaterThanOrEqual(before - 7200);
    expect(start).toBeLessThanOrEqual(after - 7200);
  });

  it("ends in time, saying so, and has made progress", async () => {
    local.slack.latencyMs = 400;
    const { code, stdout } = await run(local.ingestArgs("--time-limit", "1s"));
    expect(code).toBe(75);
    expect(lastLine(stdout)).toMatchObject({ outcome: "out_of_time" });
    local.slack.latencyMs = 0;
    expect((await run(local.ingestArgs())).code).toBe(0);
    await local.expectTruth();
  });

  it("ends without waiting when Slack asks for more time than there is", async () => {
    local.slack.faults.next({ kind: "throttled", retryAfter: "3000" });
    const { code, stdout } = await run(local.ingestArgs("--time-limit", "2m"));
    expect(code).toBe(75);
    expect(lastLine(stdout)).toMatchObject({
      outcome: "throttled",
      notBefore: expect.any(Number),
    });
  });

  it("does not end at faults that pass", async () => {
    local.slack.faults.at(3, "reset_mid_body");
    local.slack.faults.at(5, "html_bad_gateway");
    local.slack.faults.at(7, "cut_body");
    const { code } = await run(local.ingestArgs());
    expect(code).toBe(0);
    await local.expectTruth();
  });

  it("keeps what cannot be read in quarantine", async () => {
    local.slack.add([makeMalformedEntry("no_id", START + 100)]);
    const { code, stdout } = await run(local.ingestArgs());
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ outcome: "caught_up", entries: 320, quarantined: 1 });
    const status = await run(["status", "--archive", local.archive, "--json"]);
    expect(lastLine(status.stdout).sources).toMatchObject([{ quarantined: 1 }]);
  });

  it("finds late entries when the last late scan was long ago", async () => {
    await run(local.ingestArgs());
    local.slack.add(makeEntries(3, { from: Math.floor(Date.now() / 1000) - 400 }));
    await passTimeSinceLateScan(local.archive, 3600);
    const late = await run(local.ingestArgs());
    expect(lastLine(late.stdout)).toMatchObject({ entries: 3, lateEntries: 3 });
    await local.expectTruth();
  });
});

async function passTimeSinceLateScan(directory: string, seconds: number): Promise<void> {
  const checkpoints = new SqliteCheckpointStore(directory);
  const lease = { owner: "test", expiresAt: Date.now() + 60_000 };
  const acquired = await checkpoints.acquire("slack", lease, Date.now());
  if (!acquired.held || acquired.checkpoint?.lateScannedAt === undefined) {
    throw new Error("no late scan was begun yet");
  }
  const lateScannedAt = acquired.checkpoint.lateScannedAt - seconds;
  await checkpoints.save("slack", lease, { ...acquired.checkpoint, lateScannedAt }, Date.now());
  await checkpoints.release("slack", "test", Date.now());
  checkpoints.close();
}

async function filesIn(directory: string): Promise<string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

it("never shows the token", async () => {
  local.slack.faults.at(2, "reset");
  local.slack.faults.at(4, "redirect");
  const failed = await run(local.ingestArgs());
  expect(failed.code).toBe(1);
  const outputs = [
    failed,
    await run(local.ingestArgs()),
    await run(["status", "--archive", local.archive]),
  ];
  for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain(FAKE_TOKEN);
  for (const path of await filesIn(local.archive)) {
    const bytes = await readFile(path);
    const content = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    expect(content.includes(FAKE_TOKEN), path).toBe(false);
  }
});
