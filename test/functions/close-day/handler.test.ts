import { generateKeyPairSync, sign } from "node:crypto";
import { KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CLOSE_METRICS } from "../../../functions/close-day/metric-names.ts";
import { manifestKey } from "../../../lib/close/manifest.ts";
import { isSignedBy, signatureKey } from "../../../lib/close/signature.ts";
import { MONDAY_MORNING, makeEntries } from "../../fakes/entries.ts";
import { SourceWorld } from "../source-world.ts";

const DAY = "2026-03-02";
const HOUR_MS = 3_600_000;
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const kms = mockClient(KMSClient);

let world: SourceWorld;
let close: Parameters<SourceWorld["call"]>[0];
let ingest: Parameters<SourceWorld["call"]>[0];

beforeAll(async () => {
  world = await SourceWorld.start(MONDAY_MORNING * 1000 + HOUR_MS, {
    SIGNING_KEY_ID: "arn:aws:kms:eu-central-1:111122223333:key/1",
    FIRST_START: "2026-03-02T09:00:00Z",
  });
  close = (await import("../../../functions/close-day/handler.ts")).handler as never;
  ingest = (await import("../../../functions/ingest/handler.ts")).handler as never;
});

afterAll(() => world.stop());

beforeEach(() => {
  world.prepare();
  kms.on(SignCommand).callsFake(({ Message }) => ({ Signature: signDigest(Message) }));
});

/** KMS signs the digest itself; Node only signs what it hashes, so the manifest is looked up. */
function signDigest(_digest: Uint8Array): Uint8Array {
  const manifest = world.objects.get(manifestKey("grid", DAY)) ?? Buffer.alloc(0);
  return sign("sha256", manifest, privateKey);
}

describe("the function that closes days", () => {
  it("plans nothing while there is no token", async () => {
    world.setToken("");
    expect(await world.call(close, { op: "plan" })).toEqual({ days: [] });
    world.setToken("xoxp-fake-audit-token");
  });

  it("plans nothing before a day is settled", async () => {
    world.slack.add(makeEntries(12));
    await world.call(ingest, { source: "grid" });
    expect(await world.call(close, { op: "plan" })).toEqual({ days: [] });
    expect(world.metric(CLOSE_METRICS.unsealedDays)).toEqual([0]);
  });

  it("answers that a day is done with that is not settled, and why", async () => {
    const answer = await world.call(close, { op: "close", day: DAY });
    expect(answer).toMatchObject({
      next: "done",
      outcome: "not_settled",
      reason: expect.stringContaining("it ends at"),
    });
  });

  it("plans the days that are settled, and seals them, signed", async () => {
    for (let hours = 0; hours < 20; hours += 4) {
      world.advance(4 * HOUR_MS);
      await world.call(ingest, { source: "grid" });
    }
    world.slack.add(makeEntries(2, { from: MONDAY_MORNING + 7200 }));
    expect(await world.call(close, { op: "plan" })).toEqual({ days: [DAY] });
    expect(world.metric(CLOSE_METRICS.unsealedDays)).toEqual([1]);

    const answer = await world.call(close, { op: "close", day: DAY });
    expect(answer).toMatchObject({
      next: "done",
      resumeAt: expect.stringMatching(/^2026-03-03T\d\d:\d\d:\d\dZ$/),
      outcome: "sealed",
      manifest: { listed: 14, archived: 14, late: 2, isReconciled: true },
    });
    const manifest = world.objects.get(manifestKey("grid", DAY)) ?? Buffer.alloc(0);
    const signature = world.objects.get(signatureKey("grid", DAY)) ?? Buffer.alloc(0);
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);

    expect(world.metric(CLOSE_METRICS.reconciled)).toEqual([1]);
    expect(world.metric(CLOSE_METRICS.unreconciled)).toEqual([0]);
    expect(world.metric(CLOSE_METRICS.lateFound)).toEqual([2]);
    expect(world.metric(CLOSE_METRICS.latenessSeconds).length).toBe(2);
    expect(world.output.join("\n")).toContain(
      (answer as { manifest: { sha256: string } }).manifest.sha256,
    );
    expect(world.output.join("\n")).not.toContain(world.slack.token);
  });

  it("plans nothing more, and does nothing more", async () => {
    expect(await world.call(close, { op: "plan" })).toEqual({ days: [] });
    expect(await world.call(close, { op: "close", day: DAY })).toMatchObject({
      next: "done",
      outcome: "already_sealed",
    });
    expect(world.metric(CLOSE_METRICS.reconciled)).toEqual([0]);
  });

  it("throws what failed, so that the state machine tries again", async () => {
    world.advance(24 * HOUR_MS);
    for (let runs = 0; runs < 3; runs++) {
      world.advance(HOUR_MS);
      await world.call(ingest, { source: "grid" });
    }
    world.slack.faults.next("token_refused", 5);
    await expect(world.call(close, { op: "close", day: "2026-03-03" })).rejects.toThrow(
      "invalid_authentication",
    );
    expect(world.metric(CLOSE_METRICS.failed).at(-1)).toBe(1);
    world.slack.faults.clear();
  });

  it("asks to be called again when Slack asked to wait", async () => {
    world.slack.faults.next({ kind: "throttled", retryAfter: "90" });
    const answer = await world.call<{ resumeAt: string }>(close, {
      op: "close",
      day: "2026-03-03",
    });
    expect(answer).toMatchObject({ next: "wait", outcome: "throttled" });
    expect(Date.parse(answer.resumeAt) - Date.now()).toBe(90_000);
  });

  it.each([{}, { op: "open" }, { op: "close" }, { op: "close", day: "2026-02-31" }])(
    "refuses the event %j",
    async (event) => {
      await expect(world.call(close, event)).rejects.toThrow();
    },
  );
});
