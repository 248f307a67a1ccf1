import { dayPrefix, PREFIXES, parseObjectKey } from "../archive/object-key.ts";
import { AlertLog } from "../detect/alert-log.ts";
import { type ConsumePorts, consumeObject } from "../detect/consume-object.ts";
import type { ArchiveStore } from "../ports.ts";
import type { Clock } from "../slack/clock.ts";
import { dayOf, SECONDS_PER_DAY } from "../time.ts";
import type { WatchState } from "./ports.ts";
import { routeAlert } from "./route-alert.ts";
import type { Alert } from "./target.ts";
import type { Route } from "./target-settings.ts";

export interface WatchPorts {
  /** Also keeps the alerts. */
  archive: Pick<ArchiveStore, "list" | "get" | "put">;
  state: WatchState;
  detector: ConsumePorts["detector"];
  correlations: ConsumePorts["correlations"];
  clock: Pick<Clock, "nowMs">;
}

export interface WatchSettings {
  routes: readonly Route[];
  /** Names. */
  sources: readonly string[];
  maxEntryAgeSeconds: number;
  /** Epoch seconds: entries from here on count at the first look; absent: only what comes later. */
  from?: number | undefined;
}

export interface WatchReports {
  onAlert?(alert: Alert, targets: readonly string[]): void;
  onRaised?: ConsumePorts["onRaised"];
  /** An object that could not be examined; the next look tries it again. */
  onProblem?(objectKey: string, error: Error): void;
}

/** How long after its period an alert is remembered: an object can come to be looked at as late. */
const REMEMBERED_SECONDS = 28 * SECONDS_PER_DAY;

/**
 * Look at the objects that are new since the last look, and note their alerts for `Deliveries`.
 *
 * Whatever interrupts it, each alert reaches each target: it is noted for all of them at once,
 * before its object counts as seen.
 *
 * @returns how many objects were new, and how many of them could not be examined
 */
export async function watchArchive(
  ports: WatchPorts,
  settings: WatchSettings,
  reports: WatchReports = {},
): Promise<{ objects: number; problems: number }> {
  const { state, clock } = ports;
  const now = Math.floor(clock.nowMs() / 1000);
  const forgetAt = now + settings.maxEntryAgeSeconds + REMEMBERED_SECONDS;
  state.forget(now);
  let objectKeys = await newObjects(ports, settings, now);
  if (state.isNew()) {
    const isHistory = (key: string) =>
      (parseObjectKey(key)?.maxDateCreate ?? 0) < (settings.from ?? Number.POSITIVE_INFINITY);
    state.noteSeen(["", ...objectKeys.filter(isHistory)], Number.MAX_SAFE_INTEGER);
    objectKeys = objectKeys.filter((key) => !isHistory(key));
  }
  const consumePorts = {
    ...ports,
    ...raising(ports, settings, reports),
    log: new AlertLog(ports.archive),
    ...(reports.onRaised && { onRaised: reports.onRaised }),
  };
  let problems = 0;
  for (const key of objectKeys) {
    try {
      await consumeObject({ key, createdAt: clock.nowMs() }, consumePorts, {
        maxEntryAgeSeconds: settings.maxEntryAgeSeconds,
        owner: "watch",
      });
      state.noteSeen([key], forgetAt);
    } catch (error) {
      problems += 1;
      reports.onProblem?.(key, error as Error);
    }
  }
  return { objects: objectKeys.length, problems };
}

/** Objects that are not older than entries may be, in the order of time within a source. */
async function newObjects(
  { archive, state }: WatchPorts,
  { sources, maxEntryAgeSeconds }: WatchSettings,
  now: number,
): Promise<string[]> {
  const keys: string[] = [];
  for (const source of sources) {
    // A day more at the end, for a source whose clock is ahead.
    for (let at = now - maxEntryAgeSeconds; at <= now + SECONDS_PER_DAY; at += SECONDS_PER_DAY) {
      for await (const { key } of archive.list(dayPrefix(PREFIXES.auditLogs, source, dayOf(at)))) {
        if (parseObjectKey(key) !== undefined && !state.hasSeen(key)) keys.push(key);
      }
    }
  }
  return keys;
}

/** Publishing is noting: it happens in one step, so that no claim is needed before it and no mark after it. */
function raising(
  { state }: WatchPorts,
  { routes }: WatchSettings,
  { onAlert }: WatchReports,
): Pick<ConsumePorts, "ledger" | "sink"> {
  const forgetAts = new Map<string, number>();
  return {
    ledger: {
      claim: async (name, _claim, _nowMs, forgetAt) => {
        if (state.hasRaised(name) || state.hasSeen(name)) return "published";
        forgetAts.set(name, forgetAt);
        return "claimed";
      },
      // What a suppression holds back has no delivery to note: it counts as seen.
      markPublished: async (name) => {
        if (!state.hasRaised(name)) state.noteSeen([name], forgetAts.get(name) ?? 0);
      },
    },
    sink: {
      publish: async ({ data }) => {
        const { type: _, ...alert } = data as { type: "alert" } & Alert;
        const targets = routeAlert(alert, routes);
        const forgetAt = Date.parse(alert.period.end) / 1000 + REMEMBERED_SECONDS;
        state.raise(alert, targets, forgetAt);
        onAlert?.(alert, targets);
      },
    },
  };
}
