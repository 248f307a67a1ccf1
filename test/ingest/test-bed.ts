import { expect } from "vitest";
import { MONDAY_MORNING, makeEntries, type WireEntry } from "../../fake-slack/entries.ts";
import {
  type FakeSlack,
  type FakeSlackOptions,
  startFakeSlack,
} from "../../fake-slack/fake-slack.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { parseObjectKey } from "../../lib/archive/object-key.ts";
import {
  type IngestLimits,
  type IngestPorts,
  type IngestSettings,
  ingest,
} from "../../lib/ingest/ingest.ts";
import type { IngestSummary } from "../../lib/ingest/summary.ts";
import { createSlackSource } from "../../lib/run/slack-source.ts";
import { hourOf } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCheckpointStore } from "../fakes/memory-checkpoint-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

export const START = MONDAY_MORNING;

/** Well after any lease of a run that died. */
const AFTER_LEASE_MS = 60 * 60_000;

const RUNS_MAX = 50;

/** Slack, the stores and the time around a run; the engine and the client in it are real. */
export class TestBed implements AsyncDisposable {
  readonly slack: FakeSlack;
  readonly clock: VirtualClock;
  readonly archive = new MemoryArchiveStore();
  readonly checkpoints = new MemoryCheckpointStore();
  settings: Omit<IngestSettings, "owner"> = {
    source: "acme",
    firstStart: START,
    settleDelaySeconds: 60,
    allowedLatenessSeconds: 900,
    pageLimit: 3,
  };
  /** In real time, as the client's are. */
  timeoutMs = 5000;
  #runs = 0;

  constructor(slack: FakeSlack, clock: VirtualClock) {
    this.slack = slack;
    this.clock = clock;
  }

  get ports(): IngestPorts {
    const { slack, archive, checkpoints, clock } = this;
    return {
      archive,
      checkpoints,
      clock,
      slack: createSlackSource({
        tokens: { get: async () => slack.token, refresh: async () => slack.token },
        baseUrl: slack.baseUrl,
        clock,
        random: () => 0.5,
        timeoutMs: this.timeoutMs,
      }),
    };
  }

  /** One run, as long as it takes unless limited. */
  async run(limits: Partial<IngestLimits> = {}, ports = this.ports): Promise<IngestSummary> {
    this.#runs += 1;
    const settings = { ...this.settings, owner: `run-${this.#runs}` };
    return ingest(ports, settings, { deadlineMs: Number.POSITIVE_INFINITY, ...limits });
  }

  /**
   * Let time pass until everything visible has settled and every late scan is
   * over, and run as often as it takes.
   */
  async runToQuiescence(): Promise<void> {
    for (let quietRuns = 0, runs = 0; quietRuns < 2; runs++) {
      expect(runs, "runs until nothing is left to do").toBeLessThan(RUNS_MAX);
      this.clock.advance(AFTER_LEASE_MS);
      const { outcome, entries, error } = await this.run();
      expect(error).toBeUndefined();
      quietRuns = outcome === "caught_up" && entries === 0 ? quietRuns + 1 : 0;
    }
  }

  /** Each archived line by id; fails on an id that stands twice and on a line in the wrong place. */
  async archived(): Promise<Map<string, string>> {
    const lines = new Map<string, string>();
    for await (const { key } of this.archive.list("audit_logs/")) {
      const name = parseObjectKey(key);
      for (const line of await decodeLines(key, await this.archive.get(key))) {
        const text = Buffer.from(line).toString();
        const { id, date_create: second } = JSON.parse(text);
        expect(lines.has(id), `id ${id} stands twice`).toBe(false);
        expect(hourOf(second)).toBe(hourOf(name?.minDateCreate ?? 0));
        expect(second).toBeGreaterThanOrEqual(name?.minDateCreate ?? Number.POSITIVE_INFINITY);
        expect(second).toBeLessThanOrEqual(name?.maxDateCreate ?? 0);
        lines.set(id, text);
      }
    }
    return lines;
  }

  /** The promise: what Slack shows is archived, each id once, in its hour, verbatim. */
  async expectArchiveToEqualTruth(): Promise<void> {
    expect(sorted(await this.archived())).toEqual(sorted(this.slack.truth()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.slack.close();
  }
}

export async function startTestBed(
  entries: Iterable<WireEntry> = makeEntries(12),
  options: FakeSlackOptions = {},
): Promise<TestBed> {
  const clock = new VirtualClock((START + 3600) * 1000);
  const slack = await startFakeSlack({ entries, clock, ...options });
  return new TestBed(slack, clock);
}

function sorted(lines: Map<string, string>): [string, string][] {
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
}
