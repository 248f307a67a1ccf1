import { rm } from "node:fs/promises";
import { join } from "node:path";
import { formatSeconds } from "../../cli/output/format.ts";
import type { FakeCall } from "../../fake-slack/call.ts";
import { FAKE_TOKEN, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import type { FaultName } from "../../fake-slack/faults.ts";
import { Random } from "../../fake-slack/organization/random.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { hourPrefix } from "../../lib/archive/object-key.ts";
import { liveWriter } from "../../lib/archive/writer.ts";
import { type IngestPorts, ingest } from "../../lib/ingest/ingest.ts";
import type { IngestOutcome } from "../../lib/ingest/summary.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import type { Checkpoint, CheckpointStore } from "../../lib/ports.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { reachesBackTo } from "../../lib/run/reach.ts";
import { createSlackSource } from "../../lib/run/slack-source.ts";
import { SlackAuditError } from "../../lib/slack/errors.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../lib/time.ts";
import { VirtualClock } from "../../test/fakes/virtual-clock.ts";
import { processUse } from "../processes.ts";
import { checkHour, SoakError } from "./check-hour.ts";

/** A Monday, epoch seconds. */
const FROM = Date.UTC(2026, 2, 2) / 1000;
const SOURCE = "soak";

const SCHEDULE_SECONDS = 300;
/** What the function's five minutes leave to a run. */
const RUN_LIMIT_MS = 280_000;
const ALLOWED_LATENESS_SECONDS = 900;

const CALLS_PER_MINUTE = 50;
const LATENCY_MS = 800;
const LATE_FRACTION = 0.01;
const FAULT_CHANCE = 0.02;
const FAULTS: readonly FaultName[] = [
  "throttled",
  "unavailable",
  "html_bad_gateway",
  "ok_false",
  "reset",
  "reset_mid_body",
  "cut_body",
  "malformed_json",
  "expired_cursor",
  "empty_page",
];

/** So many runs have their time cut short. */
const CUT_CHANCE = 0.15;
const CUT_SECONDS_MAX = 30;
/** About once a day nothing runs for a while. */
const OUTAGE_CHANCE = SCHEDULE_SECONDS / SECONDS_PER_DAY;
const OUTAGE_SECONDS_MAX = 3 * SECONDS_PER_HOUR;
/** Even after two outages in a row, a source has long caught up when an hour is this old. */
const SETTLED_AFTER_SECONDS_MAX = 12 * SECONDS_PER_HOUR;

export interface SoakOptions {
  /** A new or an empty one. */
  directory: string;
  /** Another seed, other entries and other trouble. */
  seed: number;
  /** Of virtual time. */
  hours: number;
  /** Mean over a week. */
  entriesPerDay: number;
  /** Resident memory of the process at its highest, in MiB. */
  memoryMiBMax: number;
}

export interface SoakLimits {
  /**
   * Real time in which entries are taken in; may be `Infinity`. What is not
   * compared by then is compared after it.
   */
  minutes: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((figures: SoakFigures) => void) | undefined;
}

export interface SoakFigures {
  /** Since the first entry. */
  virtualSeconds: number;
  runs: Record<IngestOutcome, number>;
  calls: number;
  /** Answers that were not a good page. */
  faults: number;
  /** Stored, and those of them that appeared late. */
  entries: number;
  lateEntries: number;
  /** From the first entry on, all is compared with the truth. */
  checkedSeconds: number;
  entriesChecked: number;
  wallSeconds: number;
  /** Of the whole process: the runs, the made-up Slack, the checks. */
  cpuSeconds: number;
  memoryMiB: number;
  peakMemoryMiB: number;
  diskBytes: number;
  peakDiskBytes: number;
}

interface RunLimits {
  signal: AbortSignal | undefined;
  onProgress: () => void;
}

/** The virtual time is over, the real time is, or somebody had enough. */
export type SoakEnd = "virtual_time" | "real_time" | "interrupted";

/**
 * The local stack over virtual weeks: real client over real HTTP, real engine,
 * directory and SQLite; only time and Slack are made up. Runs come on a
 * schedule and are cut short at random, calls go wrong, entries come late.
 * Each hour is compared with the truth once no run will look at it again, and
 * then deleted, so that neither memory nor disk grows with time.
 */
export class Soak {
  readonly #options: SoakOptions;
  readonly #truth: Organization;
  readonly #clock = new VirtualClock((FROM + SCHEDULE_SECONDS) * 1000);
  readonly #random: Random;
  readonly #archive: DirectoryArchiveStore;
  readonly #startedAtMs = performance.now();
  /** Epoch seconds: what is below is compared and deleted. */
  #checkedUntil = FROM;
  readonly #counts = {
    runs: {
      caught_up: 0,
      out_of_time: 0,
      throttled: 0,
      interrupted: 0,
      lease_held: 0,
      lease_lost: 0,
      failed: 0,
    },
    calls: 0,
    faults: 0,
    entries: 0,
    lateEntries: 0,
    entriesChecked: 0,
    diskBytes: 0,
    peakDiskBytes: 0,
  };

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#random = new Random().restart(options.seed);
    this.#archive = new DirectoryArchiveStore(options.directory);
    this.#truth = new Organization({
      seed: options.seed,
      entriesPerWeek: options.entriesPerDay * 7,
      from: FROM,
      until: FROM + options.hours * SECONDS_PER_HOUR,
      lateFraction: LATE_FRACTION,
    });
  }

  figures(): SoakFigures {
    return {
      virtualSeconds: this.#now() - FROM,
      ...this.#counts,
      checkedSeconds: this.#checkedUntil - FROM,
      wallSeconds: (performance.now() - this.#startedAtMs) / 1000,
      memoryMiB: process.memoryUsage.rss() / 2 ** 20,
      ...processUse(),
    };
  }

  /**
   * @returns why it ended
   * @throws {SoakError} when archive and truth differ, a run fails by itself, the
   * archive falls behind, or memory grows over its bound
   */
  async run({ minutes, signal, onProgress }: SoakLimits): Promise<SoakEnd> {
    await using fake = await startFakeSlack({
      organization: this.#truth,
      clock: this.#clock,
      latencyMs: LATENCY_MS,
      callsPerMinute: CALLS_PER_MINUTE,
      burstCalls: CALLS_PER_MINUTE,
      keptCalls: 1,
    });
    fake.faults.when((call) => this.#faultOf(call));
    const token = async () => FAKE_TOKEN;
    const slack = createSlackSource({
      tokens: { get: token, refresh: token },
      baseUrl: fake.baseUrl,
      clock: this.#clock,
    });
    const checkpoints = new SqliteCheckpointStore(this.#options.directory);
    const ports = { slack, archive: this.#archive, checkpoints, clock: this.#clock };
    const limits: RunLimits = {
      signal,
      onProgress: () => {
        this.#checkMemory();
        onProgress?.(this.figures());
      },
    };
    try {
      for (;;) {
        await this.#ingestOnce(ports, limits);
        const checkpoint = await checkpointIn(checkpoints);
        const settledUntil = reachesBackTo(checkpoint, ALLOWED_LATENESS_SECONDS);
        await this.#check(settledUntil, limits.onProgress);
        if (signal?.aborted) return "interrupted";
        const isOver = checkpoint.watermark >= this.#truth.until;
        if (isOver || this.figures().wallSeconds >= minutes * 60) {
          await this.#finish(ports, limits);
          return signal?.aborted ? "interrupted" : isOver ? "virtual_time" : "real_time";
        }
        this.#clock.advance(this.#pauseSeconds() * 1000);
      }
    } finally {
      checkpoints.close();
    }
  }

  /** Take nothing more in but what is late, and compare the rest. */
  async #finish(ports: IngestPorts, limits: RunLimits): Promise<void> {
    while (!limits.signal?.aborted) {
      const checkpoint = await checkpointIn(ports.checkpoints);
      const { watermark, pageCursor, lateScannedAt = 0, lateScanPosition } = checkpoint;
      const isOpen = pageCursor !== undefined || lateScanPosition !== undefined;
      const isSettled = watermark === FROM || lateScannedAt >= watermark + ALLOWED_LATENESS_SECONDS;
      if (isSettled && !isOpen) {
        return this.#check(watermark, limits.onProgress, true);
      }
      this.#clock.advance(SCHEDULE_SECONDS * 1000);
      await this.#ingestOnce(ports, limits, watermark);
    }
  }

  async #ingestOnce(ports: IngestPorts, limits: RunLimits, until?: number): Promise<void> {
    const counts = this.#counts;
    const runs = Object.values(counts.runs).reduce((sum, count) => sum + count);
    const isCut = this.#random.chance(CUT_CHANCE);
    const limitMs = isCut ? 1000 * (1 + this.#random.below(CUT_SECONDS_MAX)) : RUN_LIMIT_MS;
    const summary = await ingest(
      ports,
      {
        source: SOURCE,
        owner: `run-${runs + 1}`,
        firstStart: FROM,
        until,
        settleDelaySeconds: 60,
        allowedLatenessSeconds: ALLOWED_LATENESS_SECONDS,
        pageLimit: 9999,
      },
      { deadlineMs: this.#clock.nowMs() + limitMs, ...limits },
    );
    counts.runs[summary.outcome] += 1;
    counts.entries += summary.entries;
    counts.lateEntries += summary.lateEntries;
    counts.diskBytes += summary.bytes;
    counts.peakDiskBytes = Math.max(counts.peakDiskBytes, counts.diskBytes);
    const cause = causeOf(summary);
    // What Slack answered may end a run, and the next one goes on; anything else is a bug.
    if (summary.outcome === "failed" && !(cause instanceof SlackAuditError)) {
      throw new SoakError(`a run failed: ${cause?.message}`, { cause });
    }
  }

  /**
   * Compare hour by hour what no run will look at again, and delete it.
   *
   * @param settledUntil - epoch seconds; an hour that it cuts is compared at the very end only
   */
  async #check(settledUntil: number, onProgress: () => void, isLast = false): Promise<void> {
    const end = Math.min(settledUntil, this.#truth.until);
    for (;;) {
      const hour = this.#checkedUntil;
      const until = Math.min(hour + SECONDS_PER_HOUR, end);
      if (until <= hour || (until < hour + SECONDS_PER_HOUR && !isLast)) break;
      const checked = await checkHour(this.#archive, SOURCE, hour, until, this.#truth);
      await rm(join(this.#options.directory, hourPrefix(SOURCE, hour)), {
        recursive: true,
        force: true, // Nothing may have happened in it.
      });
      this.#checkedUntil = until;
      this.#counts.entriesChecked += checked.entries;
      this.#counts.diskBytes -= checked.bytes;
      onProgress();
    }
    const behindSeconds = this.#now() - this.#checkedUntil;
    if (!isLast && behindSeconds > SETTLED_AFTER_SECONDS_MAX) {
      throw new SoakError(
        `the hour that began ${formatSeconds(behindSeconds)} ago is still not settled: the archive falls behind`,
      );
    }
  }

  #checkMemory(): void {
    const { peakMemoryMiB } = this.figures();
    const { memoryMiBMax } = this.#options;
    if (peakMemoryMiB > memoryMiBMax) {
      throw new SoakError(
        `memory has come to ${Math.ceil(peakMemoryMiB)} MiB, and ${memoryMiBMax} are allowed`,
      );
    }
  }

  #faultOf({ params }: FakeCall): FaultName | undefined {
    this.#counts.calls += 1;
    const fault = this.#random.chance(FAULT_CHANCE) ? this.#random.pick(FAULTS) : undefined;
    if (fault === undefined || (fault === "expired_cursor" && params.cursor === undefined)) {
      return undefined;
    }
    this.#counts.faults += 1;
    return fault;
  }

  #pauseSeconds(): number {
    const isOutage = this.#random.chance(OUTAGE_CHANCE);
    return SCHEDULE_SECONDS + (isOutage ? this.#random.below(OUTAGE_SECONDS_MAX) : 0);
  }

  #now(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }
}

async function checkpointIn(checkpoints: CheckpointStore): Promise<Checkpoint> {
  const status = await checkpoints.read(liveWriter(SOURCE));
  // Nothing is saved when the first run was cut short at once.
  return status?.checkpoint ?? { start: FROM, watermark: FROM, entriesPerSecond: 0 };
}
