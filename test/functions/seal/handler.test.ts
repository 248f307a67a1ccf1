import { gunzipSync, gzipSync } from "node:zlib";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntries } from "../../../fake-slack/entries.ts";
import { manifestKey, noteAddendum, signatureKey } from "../../../lib/archive/sealed-day.ts";
import { S3ArchiveStore } from "../../../lib/aws/s3-archive-store.ts";
import { isSignedBy } from "../../../lib/seal/signature.ts";
import { LATENESS_METRIC, SEAL_METRICS } from "../../../lib/stack/metrics.ts";
import { UNGUARDED } from "../../fakes/open-archive.ts";
import { type DeployedFunction, SourceTestBed } from "../source-bed.ts";

const DAY = "2026-03-02";
const HOUR_MS = 3_600_000;

const NOTHING_PLANNED = { last: "", planned: 0, failures: 0 };

let bed: SourceTestBed;
let close: DeployedFunction;
let ingest: DeployedFunction;

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000 + HOUR_MS);
  close = await bed.load("seal");
  ingest = await bed.load("ingest");
});

afterAll(() => bed.stop());

beforeEach(() => bed.prepare());

describe("the function that closes days", () => {
  it("plans nothing while there is no token", async () => {
    bed.setToken("");
    expect(await bed.call(close, { op: "plan" })).toEqual(NOTHING_PLANNED);
    bed.setToken("xoxp-fake-audit-token");
  });

  it("plans nothing before a day is settled", async () => {
    bed.slack.add(makeEntries(12));
    await bed.call(ingest, { source: "grid" });
    expect(await bed.call(close, { op: "plan" })).toEqual(NOTHING_PLANNED);
    expect(bed.metric(SEAL_METRICS.unsealedDays)).toEqual([0]);
  });

  it("answers that a day is done with that is not settled, and why", async () => {
    const answer = await bed.call(close, { op: "close", day: DAY });
    expect(answer).toMatchObject({
      next: "done",
      outcome: "not_settled",
      reason: expect.stringContaining("it ends at"),
    });
  });

  it("plans the days that are settled, and seals them, signed", async () => {
    for (let hours = 0; hours < 20; hours += 4) {
      bed.advance(4 * HOUR_MS);
      await bed.call(ingest, { source: "grid" });
    }
    bed.slack.add(makeEntries(2, { from: MONDAY_MORNING + 7200 }));
    expect(await bed.call(close, { op: "plan" })).toMatchObject({ day: DAY });
    expect(bed.metric(SEAL_METRICS.unsealedDays)).toEqual([1]);
    // The columns need the rest of the execution, whatever is left to seal.
    expect(await bed.call(close, bed.planAfterHours(17))).toHaveProperty("day");
    expect(await bed.call(close, bed.planAfterHours(18))).not.toHaveProperty("day");

    const answer = await bed.call(close, { op: "close", day: DAY });
    expect(answer).toMatchObject({
      next: "done",
      resumeAt: expect.stringMatching(/^2026-03-03T\d\d:\d\d:\d\dZ$/),
      outcome: "sealed",
      manifest: { listed: 14, archived: 14, late: 2, isReconciled: true },
    });
    const manifest = bed.objects.get(manifestKey("grid", DAY)) ?? Buffer.alloc(0);
    const signature = bed.objects.get(signatureKey("grid", DAY)) ?? Buffer.alloc(0);
    expect(isSignedBy(bed.account.publicKey, manifest, signature)).toBe(true);

    expect(bed.metric(SEAL_METRICS.reconciled)).toEqual([1]);
    expect(bed.metric(SEAL_METRICS.unreconciled)).toEqual([0]);
    expect(bed.metric(SEAL_METRICS.lateFound)).toEqual([2]);
    expect(bed.metric(LATENESS_METRIC).length).toBe(2);
    expect(bed.output.join("\n")).toContain(
      (answer as { manifest: { sha256: string } }).manifest.sha256,
    );
    expect(bed.output.join("\n")).not.toContain(bed.slack.token);
  });

  it("plans nothing more, and does nothing more", async () => {
    expect(await bed.call(close, { op: "plan" })).toEqual(NOTHING_PLANNED);
    expect(await bed.call(close, { op: "close", day: DAY })).toMatchObject({
      next: "done",
      outcome: "already_sealed",
    });
    expect(bed.metric(SEAL_METRICS.reconciled)).toEqual([0]);
  });

  it("throws what failed, so that the state machine tries again", async () => {
    bed.advance(24 * HOUR_MS);
    for (let runs = 0; runs < 3; runs++) {
      bed.advance(HOUR_MS);
      await bed.call(ingest, { source: "grid" });
    }
    bed.slack.faults.next("token_refused", 5);
    await expect(bed.call(close, { op: "close", day: "2026-03-03" })).rejects.toThrow(
      "invalid_authentication",
    );
    expect(bed.metric(SEAL_METRICS.failed).at(-1)).toBe(1);
    bed.slack.faults.clear();
  });

  it("asks to be called again when Slack asked to wait", async () => {
    bed.slack.faults.next({ kind: "throttled", retryAfter: "90" });
    const answer = await bed.call<{ resumeAt: string }>(close, {
      op: "close",
      day: "2026-03-03",
    });
    expect(answer).toMatchObject({ next: "wait", outcome: "throttled" });
    expect(Date.parse(answer.resumeAt) - Date.now()).toBe(90_000);
  });

  it("counts entries that are not what was stored, and a day that is sealed again", async () => {
    const day = "2026-03-04";
    const start = Date.parse(`${day}T09:00:00Z`) / 1000;
    bed.slack.add(makeEntries(3, { from: start }));
    for (let hours = 0; hours < 48; hours += 4) {
      bed.advance(4 * HOUR_MS);
      await bed.call(ingest, { source: "grid" });
    }
    const [key = ""] = [...bed.objects.keys()].filter((key) => key.includes(`dt=${day}/hour=09`));
    const text = gunzipSync(bed.objects.get(key) ?? "").toString();
    const other = gzipSync(text.replace("charlie.parker@", "miles.davis@"));
    bed.account.s3.objects.set(`${bed.bucket}/${key}`, other);

    expect(await bed.call(close, { op: "close", day })).toMatchObject({
      manifest: { differs: 1, altered: 1, isReconciled: false },
    });
    expect(bed.metric(SEAL_METRICS.differing)).toEqual([1]);
    expect(bed.metric(SEAL_METRICS.altered)).toEqual([1]);
    expect(bed.metric(SEAL_METRICS.addenda)).toEqual([0]);

    const archive = new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);
    await noteAddendum(archive, UNGUARDED, "grid", { day, revision: 1 });
    bed.output = [];
    expect(await bed.call(close, { op: "close", day })).toMatchObject({
      manifest: { revision: 2 },
    });
    expect(bed.metric(SEAL_METRICS.addenda)).toEqual([1]);
  });

  it.each([{}, { op: "open" }, { op: "close" }, { op: "close", day: "2026-02-31" }])(
    "refuses the event %j",
    async (event) => {
      await expect(bed.call(close, event)).rejects.toThrow();
    },
  );
});
