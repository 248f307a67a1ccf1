import { expect } from "vitest";
import {
  type CloseLimits,
  type ClosePorts,
  type CloseSettings,
  type CloseSummary,
  closeDay,
} from "../../lib/close/close-day.ts";
import { dayOf, type Manifest, manifestKey, parseManifest } from "../../lib/close/manifest.ts";
import { verify } from "../../lib/close/verify.ts";
import type { WireEntry } from "../fakes/entries.ts";
import type { FakeSlackOptions } from "../fakes/fake-slack.ts";
import { START, startWorld, type World } from "../ingest/world.ts";

/** The day in which the world begins. */
export const DAY = dayOf(START);
export const SOURCE = "acme";

const DAY_MS = 86_400_000;
const CLOSE_DELAY_SECONDS = 7200;

/** Entries of a day, taken in by live runs that have moved past it: it can be closed. */
export async function startSettledWorld(
  entries?: Iterable<WireEntry>,
  options?: FakeSlackOptions,
): Promise<World> {
  const world = await startWorld(entries, options);
  await world.run();
  await settle(world);
  return world;
}

/** Let the day after the newest settled one end, and the live runs move past it. */
export async function settle(world: World): Promise<void> {
  world.clock.advance(DAY_MS);
  for (const _ of ["the day", "late entries", "late entries of those"]) {
    world.clock.advance(3_600_000);
    expect(await world.run()).toMatchObject({ outcome: "caught_up" });
  }
}

let closes = 0;

export async function close(
  world: World,
  settings: Partial<CloseSettings> = {},
  limits: Partial<CloseLimits> = {},
  ports: ClosePorts = world.ports,
): Promise<CloseSummary> {
  closes += 1;
  const { source, allowedLatenessSeconds, pageLimit } = world.settings;
  return closeDay(
    ports,
    {
      ...{ source, allowedLatenessSeconds, pageLimit, day: DAY, owner: `close-${closes}` },
      closeDelaySeconds: CLOSE_DELAY_SECONDS,
      ...settings,
    },
    { deadlineMs: Number.POSITIVE_INFINITY, ...limits },
  );
}

export async function manifestOf(world: World, day = DAY): Promise<Manifest> {
  const key = manifestKey(SOURCE, day);
  return parseManifest(key, await world.archive.get(key));
}

/** The promise of a sealed archive: what Slack shows is there once, and all manifests say so. */
export async function expectSealed(world: World, days = [DAY]): Promise<void> {
  await world.expectArchiveToEqualTruth();
  const report = await verify(world.archive, { source: SOURCE });
  expect(report).toMatchObject({ days: days.length, manifests: days.length, damages: [] });
  expect(report.unreconciled).toEqual([]);
  expect(report.head?.sequence).toBe(days.length);
}
