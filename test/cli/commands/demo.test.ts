import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SqliteCheckpointStore } from "../../../lib/local/sqlite-checkpoint-store.ts";
import { run } from "../audit-lake.ts";
import { archivedLines } from "../local-run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

it("fills an archive, answers three questions, and goes on the next time", async () => {
  const archive = join(await temporaryDirectory(), "demo");
  const demo = () => run(["demo", "--archive", archive, "--last", "2h"], { token: "xoxp-of-user" });

  const first = await demo();
  expect(first.code).toBe(0);
  expect(first.stdout).toContain("SLACK_AUDIT_TOKEN is not used here");
  expect(first.stdout).toMatch(/^outcome +caught up$/m);
  expect(first.stdout).toContain("/audit_logs/source=demo/\n  dt=");
  expect(first.stdout.match(/^\$ slack-audit-lake query /gm)).toHaveLength(3);
  expect(first.stdout + first.stderr).not.toContain("xoxp-of-user");

  const report = /^The report: (.+)$/m.exec(first.stdout)?.[1] ?? "";
  expect(report).toBe(`${archive}-report.html`);
  expect(await readFile(report, "utf8")).toContain("<title>Slack audit report, ");

  const checkpoints = new SqliteCheckpointStore(archive);
  const watermark = (await checkpoints.read("demo"))?.checkpoint?.watermark ?? 0;
  checkpoints.close();
  const second = await demo();
  expect(second.code).toBe(0);
  const shownWatermark = new Date(watermark * 1000).toISOString().slice(0, 19).replace("T", " ");
  expect(second.stdout).toContain(`Continuing from ${shownWatermark}Z`);

  const ids = (await archivedLines(archive)).map((line) => JSON.parse(line).id);
  expect(ids.length).toBeGreaterThan(1000);
  expect(new Set(ids).size).toBe(ids.length);
});
