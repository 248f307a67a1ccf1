import { createHash } from "node:crypto";
import type { Archive } from "../archive/archive.ts";
import { readIfThere } from "../archive/read-if-there.ts";
import type { Checkpoint, ReconciledHour, Sealing } from "../ports.ts";
import type { WriterLease } from "../run/lease.ts";
import { SlackDeadlineError } from "../slack/errors.ts";
import { HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../time.ts";
import { ArchivedLines } from "./archived-lines.ts";
import { describeHour, keysIn, keysOfHour } from "./describe-hour.ts";
import { encodeHour, hourRecordKey, type ManifestHour, parseHour } from "./manifest.ts";
import { KnownContents } from "./object-contents.ts";
import { putOrGet } from "./put.ts";
import { numberOf, type ReconciledHours, reconcile } from "./reconcile.ts";
import type { SealLimits, SealPorts } from "./seal-day.ts";

/** The checkpoint of a seal at work on a day. */
export type SealCheckpoint = Checkpoint & { closing: Sealing };

/**
 * A name that no other attempt has.
 *
 * @param owner - of the lease, unique to the run
 * @param number - of the attempt in the run
 */
export function attemptName(owner: string, number: number): string {
  return createHash("sha256").update(`${owner} ${number}`).digest("hex").slice(0, 16);
}

interface AttemptSettings {
  source: string;
  /** Entries asked for in one page, 1 to 9999. */
  pageLimit: number;
  /** Names the records of this attempt. */
  attempt: string;
  /** Of the day, epoch seconds. */
  start: number;
}

interface AttemptWork {
  ports: SealPorts;
  limits: SealLimits;
  lease: WriterLease;
  archive: Archive;
  /** As it was saved last. */
  checkpoint: () => SealCheckpoint;
  save: (change: Partial<SealCheckpoint>) => Promise<void>;
  /** Told of each page, and of the density as it is known then. */
  onPage: (entriesPerSecond: number) => void;
  onWindow: (until: number) => void;
}

/**
 * One attempt at comparing a day with Slack, hour by hour, which may take
 * several runs. An hour that is compared gets a record, an object that is never
 * changed; until then, what was found in it is in the checkpoint.
 */
export class Attempt {
  readonly #settings: AttemptSettings;
  readonly #work: AttemptWork;
  /** Keys of the records that are known to be there. */
  readonly #recorded = new Set<string>();
  /** Of objects in hours that have no record yet. */
  readonly #contents = new KnownContents();

  constructor(settings: AttemptSettings, work: AttemptWork) {
    this.#settings = settings;
    this.#work = work;
  }

  /**
   * Compare what is not compared yet.
   *
   * @returns the hours of the day; nothing when the archive is no longer what
   * the records say, so that the day is to be compared anew
   */
  async run(): Promise<ManifestHour[] | undefined> {
    if (!(await this.#writeRecords())) return undefined; // something deleted a record
    await this.#compare();
    const hours: ManifestHour[] = [];
    for (const start of this.#hours()) {
      const hour = await this.#readRecord(start);
      if (!(await this.#isAsRecorded(start, hour))) return undefined;
      hours.push(hour);
    }
    return hours;
  }

  async #compare(): Promise<void> {
    const { ports, limits, archive, checkpoint, save, onPage, onWindow } = this.#work;
    const { source, start, pageLimit } = this.#settings;
    const archived = new ArchivedLines(ports.archive, source, this.#contents);
    const { watermark, entriesPerSecond, firstListedSearch: search, closing } = checkpoint();
    const windows = reconcile(
      {
        ...{
          slack: ports.slack,
          clock: ports.clock,
          archive,
          archived,
          pageLimit,
          entriesPerSecond,
          onPage,
        },
        search,
        deadlineMs: limits.deadlineMs,
        signal: limits.signal,
      },
      { from: watermark, until: start + SECONDS_PER_DAY },
      closing.hours,
    );
    for await (const { until, entriesPerSecond, hours, search } of windows) {
      await save({
        watermark: until,
        entriesPerSecond,
        notBefore: undefined,
        firstListedSearch: search,
        closing: { ...checkpoint().closing, hours: this.#withoutRecord(hours) },
      });
      await this.#writeRecords();
      onWindow(until);
    }
  }

  /** @returns false when a compared hour has neither record nor place in the checkpoint */
  async #writeRecords(): Promise<boolean> {
    const { ports, limits, lease, checkpoint } = this.#work;
    const { source } = this.#settings;
    const { watermark, closing } = checkpoint();
    for (const start of this.#hours()) {
      const key = this.#recordKey(start);
      if (start + SECONDS_PER_HOUR > watermark || this.#recorded.has(key)) continue;
      if ((await readIfThere(ports.archive, key)) === undefined) {
        const found = closing.hours[numberOf(start)];
        if (found === undefined) return false;
        if (ports.clock.nowMs() >= limits.deadlineMs) {
          throw new SlackDeadlineError("the time is over before all of the day is described");
        }
        const hour = await describeHour(ports.archive, source, start, found, this.#contents);
        await putOrGet(ports.archive, lease, key, encodeHour(hour));
      }
      this.#recorded.add(key);
    }
    return true;
  }

  /** Another writer may have had the day between two runs of this attempt. */
  async #isAsRecorded(start: number, hour: ManifestHour): Promise<boolean> {
    const keys = await keysOfHour(this.#work.ports.archive, this.#settings.source, start);
    const recorded = keysIn(hour);
    return keys.length === recorded.length && keys.every((key, at) => key === recorded[at]);
  }

  async #readRecord(start: number): Promise<ManifestHour> {
    const key = this.#recordKey(start);
    return parseHour(key, await this.#work.ports.archive.get(key));
  }

  #withoutRecord(hours: ReconciledHours): Record<string, ReconciledHour> {
    const kept: Record<string, ReconciledHour> = {};
    for (const start of this.#hours()) {
      const hour = hours[numberOf(start)];
      if (hour !== undefined && !this.#recorded.has(this.#recordKey(start))) {
        kept[numberOf(start)] = hour;
      }
    }
    return kept;
  }

  #recordKey(start: number): string {
    return hourRecordKey(this.#settings.source, start, this.#settings.attempt);
  }

  /** The hours of the day, epoch seconds. */
  #hours(): number[] {
    const { start } = this.#settings;
    return Array.from({ length: HOURS_PER_DAY }, (_, hour) => start + hour * SECONDS_PER_HOUR);
  }
}
