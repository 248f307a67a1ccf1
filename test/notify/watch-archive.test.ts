import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { SqliteWatchState } from "../../lib/local/sqlite-watch-state.ts";
import { Deliveries, type DeliveryReports } from "../../lib/notify/deliveries.ts";
import {
  type Alert,
  type Target,
  TargetRefusedError,
  TargetUnavailableError,
} from "../../lib/notify/target.ts";
import type { Route } from "../../lib/notify/target-settings.ts";
import { type WatchReports, watchArchive } from "../../lib/notify/watch-archive.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const detector = new Detector({
  rules: DETECTIONS,
  context: NO_CONTEXT,
  periodSeconds: 3600,
});
const ROUTES: Route[] = [
  { severity: "high", targets: ["soc", "tickets"] },
  { rules: ["app-removed"], targets: ["soc"] },
];

/** An archive, and a process that watches it, can be killed and is started again. */
class Watched {
  readonly archive = new MemoryArchiveStore();
  readonly clock = new VirtualClock((MONDAY_MORNING + 7200) * 1000);
  readonly sent: string[] = [];
  /** What is on the disk. */
  readonly state = new SqliteWatchState(new DatabaseSync(":memory:"));
  /** By target: what it throws. */
  readonly failures = new Map<string, Error>();
  routes = ROUTES;
  /** The state's changes and the sends so far, and the one at which the process dies, before or after it. */
  steps = 0;
  killAt = 0;

  async ingest(...actions: string[]): Promise<void> {
    const entries = actions.map((action, i) => {
      const dateCreate = MONDAY_MORNING + 60 * i + this.archive.objects.size;
      const { id = "", text } = makeEntry({ action, dateCreate });
      return { id, dateCreate, bytes: Buffer.from(text) };
    });
    const { key, body } = await encodeObject("grid", entries);
    await this.archive.put(key, body);
  }

  /** One look of a process that begins now. */
  async look(reports: WatchReports & DeliveryReports = {}, from?: number) {
    const counted = new Proxy(this.state, {
      get: (of, name) => {
        const member = Reflect.get(of, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          const isChange = /^(?:note|raise|add|remove|forget)/.test(String(name));
          return isChange
            ? this.#step(() => Reflect.apply(member, of, args))
            : Reflect.apply(member, of, args);
        };
      },
    });
    const targetOf = (name: string): Target => ({
      send: async (alert: Alert) => {
        const failure = this.failures.get(name);
        if (failure !== undefined) throw failure;
        this.#step(() => this.sent.push(`${name} ${alert.ruleId}`));
      },
    });
    const ports = {
      ...{ archive: this.archive, clock: this.clock, detector },
      ...{ state: counted, correlations: counted },
    };
    const settings = {
      ...{ routes: this.routes, sources: ["grid"], from },
      maxEntryAgeSeconds: 14 * 86_400,
    };
    const targets = new Map(["soc", "tickets"].map((name) => [name, targetOf(name)]));
    const sending = { state: counted, targets, clock: this.clock, random: () => 0 };
    const deliveries = new Deliveries(sending, 3, reports);
    const looked = await watchArchive(ports, settings, reports);
    deliveries.start();
    await deliveries.idle();
    return looked;
  }

  /** Dies before the step, or right after it; the dead do nothing more. */
  #step<T>(work: () => T): T {
    this.steps += 1;
    if (this.killAt > 0 && this.steps >= this.killAt) throw new Error("killed");
    if (this.killAt < 0 && this.steps > -this.killAt) throw new Error("killed");
    const result = work();
    if (this.steps === -this.killAt) throw new Error("killed");
    return result;
  }
}

let watched: Watched;
beforeEach(() => {
  watched = new Watched();
});

it("takes what is there at the first look for history", async () => {
  await watched.ingest("intune_disabled");
  expect(await watched.look()).toEqual({ objects: 0, problems: 0 });
  await watched.ingest("app_deleted", "user_login");
  expect(await watched.look()).toEqual({ objects: 1, problems: 0 });
  expect(watched.sent).toEqual(["soc app-removed"]);
});

it("begins earlier when it is told to", async () => {
  await watched.ingest("intune_disabled");
  expect(await watched.look({}, MONDAY_MORNING)).toEqual({ objects: 1, problems: 0 });
  expect(watched.sent.toSorted()).toEqual(["soc intune-disabled", "tickets intune-disabled"]);
});

it("sends each alert once to each target that a route leads to", async () => {
  await watched.look();
  await watched.ingest("intune_disabled", "intune_disabled", "user_login");
  const raised: [string, readonly string[]][] = [];
  await watched.look({ onAlert: ({ ruleId }, targets) => raised.push([ruleId, targets]) });
  await watched.ingest("intune_disabled");
  await watched.look();
  expect(raised).toEqual([["intune-disabled", ["soc", "tickets"]]]);
  expect(watched.sent.toSorted()).toEqual(["soc intune-disabled", "tickets intune-disabled"]);
});

it("remembers the points of correlations from one look to the next", async () => {
  await watched.look();
  watched.routes = [{ rules: ["many-failed-logins"], targets: ["soc"] }];
  for (const count of [5, 5]) {
    await watched.ingest(...Array<string>(count).fill("user_login_failed"));
    await watched.look();
  }
  expect(watched.sent).toEqual(["soc many-failed-logins"]);
});

describe("a target that fails", () => {
  beforeEach(async () => {
    await watched.look();
    await watched.ingest("intune_disabled");
  });

  it("holds up no other, and gets the alert when it works again", async () => {
    watched.failures.set("soc", new TargetUnavailableError("down", {}));
    await watched.look();
    expect(watched.sent).toEqual(["tickets intune-disabled"]);
    watched.failures.clear();
    await watched.look();
    expect(watched.sent).toHaveLength(1);
    watched.clock.advance(120_000);
    await watched.look();
    expect(watched.sent).toEqual(["tickets intune-disabled", "soc intune-disabled"]);
  });

  it("is called again when it has asked to be", async () => {
    watched.failures.set("soc", new TargetUnavailableError("busy", { retryAfterSeconds: 600 }));
    await watched.look();
    watched.failures.clear();
    watched.clock.advance(599_000);
    await watched.look();
    expect(watched.sent).toHaveLength(1);
    watched.clock.advance(1000);
    await watched.look();
    expect(watched.sent).toHaveLength(2);
  });

  it("is given up after some attempts, and tried again when a person wants it", async () => {
    watched.failures.set("soc", new TargetUnavailableError("down", {}));
    const finals: boolean[] = [];
    for (let i = 0; i < 4; i += 1) {
      await watched.look({ onFailure: (_alert, _target, _error, isFinal) => finals.push(isFinal) });
      watched.clock.advance(3_600_000);
    }
    expect(finals).toEqual([false, false, true]);
    expect(watched.state.givenUp()).toMatchObject([{ target: "soc", problem: "down" }]);
    watched.failures.clear();
    expect(watched.state.retryGivenUp()).toBe(1);
    await watched.look();
    expect(watched.sent).toEqual(["tickets intune-disabled", "soc intune-disabled"]);
  });

  it("is given up at once when it refuses", async () => {
    watched.failures.set("soc", new TargetRefusedError("no_service"));
    await watched.look();
    expect(watched.state.givenUp()).toMatchObject([{ target: "soc", problem: "no_service" }]);
  });
});

it("reports an object that it cannot read, goes on, and tries it again", async () => {
  await watched.look();
  await watched.ingest("intune_disabled");
  const [key = ""] = watched.archive.objects.keys();
  const body = watched.archive.objects.get(key) as Uint8Array;
  watched.archive.objects.set(key, body.slice(0, 20));
  await watched.ingest("app_deleted");
  const problems: string[] = [];
  const look = () => watched.look({ onProblem: (objectKey) => problems.push(objectKey) });
  expect(await look()).toEqual({ objects: 2, problems: 1 });
  expect(problems).toEqual([key]);
  expect(watched.sent).toEqual(["soc app-removed"]);
  watched.archive.objects.set(key, body);
  expect(await look()).toEqual({ objects: 1, problems: 0 });
  expect(watched.sent).toHaveLength(3);
});

it("gives each target each alert, whenever the process is killed", async () => {
  const lookKilled = async (killAt: number): Promise<Watched> => {
    const killed = new Watched();
    await killed.look();
    await killed.ingest("intune_disabled", "app_deleted");
    killed.steps = 0;
    killed.killAt = killAt;
    await killed.look().catch(() => undefined);
    killed.killAt = 0;
    return killed;
  };
  const { steps } = await lookKilled(0);
  expect(steps).toBeGreaterThan(8);
  // Each change of the state and each send, once before and once after it.
  for (const killAt of Array.from({ length: steps }, (_, i) => [i + 1, -(i + 1)]).flat()) {
    const killed = await lookKilled(killAt);
    killed.clock.advance(120_000);
    await killed.look();
    await killed.look();
    const { sent } = killed;
    expect([...new Set(sent)].toSorted()).toEqual([
      ...["soc app-removed", "soc intune-disabled", "tickets intune-disabled"],
    ]);
    // Only a death between a send and its mark sends anything twice: one alert of each target.
    expect(sent.length).toBeLessThanOrEqual(5);
  }
});
