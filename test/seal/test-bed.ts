import { expect } from "vitest";
import { makeEntries, type WireEntry } from "../../fake-slack/entries.ts";
import type { FakeSlackOptions } from "../../fake-slack/fake-slack.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { type Manifest, parseManifest } from "../../lib/seal/manifest.ts";
import {
  type SealLimits,
  type SealPorts,
  type SealSettings,
  sealDay,
} from "../../lib/seal/seal-day.ts";
import type { SealSummary } from "../../lib/seal/seal-summary.ts";
import { verify } from "../../lib/seal/verify.ts";
import { dayOf, SECONDS_PER_DAY } from "../../lib/time.ts";
import { countAwaits } from "../ingest/interruption.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";

/** The day in which the bed begins. */
export const DAY = dayOf(START);
export const NEXT_DAY = dayOf(START + SECONDS_PER_DAY);
export const SOURCE = "acme";

const DAY_MS = 86_400_000;
const CLOSE_DELAY_SECONDS = 7200;

/** Entries of a day, taken in by live runs that have moved past it: it can be closed. */
export async function startSettledTestBed(
  entries?: Iterable<WireEntry>,
  options?: FakeSlackOptions,
): Promise<TestBed> {
  const bed = await startTestBed(entries, options);
  await bed.run();
  await settle(bed);
  return bed;
}

/** Let the day after the newest settled one end, and the live runs move past it. */
export async function settle(bed: TestBed): Promise<void> {
  bed.clock.advance(DAY_MS);
  for (const _ of ["the day", "late entries", "late entries of those"]) {
    bed.clock.advance(3_600_000);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up" });
  }
}

/** An entry that Slack showed only when no run looked there any more. */
export function addLateEntries(bed: TestBed, count: number): void {
  bed.slack.add(makeEntries(count, { from: START + 4000, stepSeconds: 300 }));
}

/** A day with entries in two hours, of which some are missing in the archive. */
export async function startLateTestBed(): Promise<TestBed> {
  const bed = await startSettledTestBed(makeEntries(12, { from: START + 3400, stepSeconds: 40 }));
  addLateEntries(bed, 5);
  return bed;
}

/** The awaits of the seal of that day. */
export async function awaitsOfSeal(): Promise<number> {
  await using bed = await startLateTestBed();
  return await countAwaits(bed.ports, (ports) => close(bed, {}, {}, ports));
}

let closes = 0;

export async function close(
  bed: TestBed,
  settings: Partial<SealSettings> = {},
  limits: Partial<SealLimits> = {},
  ports: SealPorts = bed.ports,
): Promise<SealSummary> {
  closes += 1;
  const { source, allowedLatenessSeconds, pageLimit } = bed.settings;
  return sealDay(
    ports,
    {
      ...{ source, allowedLatenessSeconds, pageLimit, day: DAY, owner: `close-${closes}` },
      sealDelaySeconds: CLOSE_DELAY_SECONDS,
      ...settings,
    },
    { deadlineMs: Number.POSITIVE_INFINITY, ...limits },
  );
}

export async function manifestOf(bed: TestBed, day = DAY): Promise<Manifest> {
  const key = manifestKey(SOURCE, day);
  return parseManifest(key, await bed.archive.get(key));
}

/** The promise of a sealed archive: what Slack shows is there once, and all manifests say so. */
export async function expectSealed(bed: TestBed, days = [DAY]): Promise<void> {
  await bed.expectArchiveToEqualTruth();
  const report = await verify(bed.archive, { source: SOURCE });
  expect(report).toMatchObject({ days: days.length, manifests: days.length, damages: [] });
  expect(report.unreconciled).toEqual([]);
  expect(report.head?.sequence).toBe(days.length);
}
