import { Archive } from "../archive/archive.ts";
import { liveLane, sealLane } from "../archive/lane.ts";
import type { IngestPorts } from "../ingest/ingest.ts";
import { withFailure } from "../ingest/summary.ts";
import {
  type ArchiveStore,
  type Checkpoint,
  type Closing,
  type LaneStatus,
  LeaseLostError,
  type ManifestSigner,
  type ReconciledHour,
} from "../ports.ts";
import { addToTally, currentTally, sumLateness } from "../run/lateness.ts";
import { LeaseGuard } from "../run/lease.ts";
import { notBeforeOf, waitForSlack } from "../run/throttling.ts";
import { SlackDeadlineError } from "../slack/errors.ts";
import {
  dayOf,
  HOURS_PER_DAY,
  nowSeconds,
  SECONDS_PER_DAY,
  SECONDS_PER_HOUR,
  startOfDay,
} from "../time.ts";
import { describeHour } from "./describe-hour.ts";
import {
  encodeHour,
  encodeManifest,
  hashOf,
  hourRecordKey,
  isReconciled,
  type Manifest,
  type ManifestHour,
  manifestKey,
  parseHour,
  parseManifest,
} from "./manifest.ts";
import { numberOf, type ReconciledHours, reconcile } from "./reconcile.ts";
import { sealedDays } from "./sealed-days.ts";
import { earliestStart, type SettleSettings, whyNotSettled } from "./settled.ts";
import { signatureKey } from "./signature.ts";

export interface SealPorts extends IngestPorts {
  /** Without one, manifests are not signed. */
  signer?: ManifestSigner | undefined;
}

export interface SealSettings extends SettleSettings {
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  /** Lease owner, unique to this run. */
  owner: string;
  /** Entries asked for in one page, 1 to 9999. */
  pageLimit: number;
}

export interface SealLimits {
  /** Epoch milliseconds at which the last call must be over; may be `Infinity`. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: SealProgress) => void) | undefined;
}

export interface SealProgress {
  day: string;
  /** Epoch seconds: how far the day has been compared. */
  position: number;
  /** Epoch milliseconds, while the run waits because Slack asked for it. */
  waitingUntilMs?: number;
}

/**
 * Why a close ended.
 *
 * - `sealed`: the day has its manifest
 * - `already_sealed`: it had one before; nothing was done
 * - `not_settled`: something may still write to the day; see `reason`
 * - `out_of_time`, `throttled`, `interrupted`: the next close goes on from here
 * - `lease_held`: another close is at work on this source; nothing was done
 * - `lease_lost`: this process stood still for so long that another took over
 */
export type SealOutcome =
  | "sealed"
  | "already_sealed"
  | "not_settled"
  | "out_of_time"
  | "throttled"
  | "interrupted"
  | "lease_held"
  | "lease_lost"
  | "failed";

export interface SealSummary {
  source: string;
  day: string;
  outcome: SealOutcome;
  /** Pages that this run listed. */
  pages: number;
  /** The day's manifest, once there is one. */
  manifest?: {
    key: string;
    sha256: string;
    sequence: number;
    objects: number;
    listed: number;
    archived: number;
    late: number;
    onlyInArchive: number;
    twice: number;
    isReconciled: boolean;
    lateness: Record<string, number>;
  };
  /** Why the day is not settled. */
  reason?: string;
  /** Epoch milliseconds before which Slack asked not to be called. */
  notBefore?: number;
  error?: { name: string; code: string; message: string };
}

/**
 * Reconcile a settled day with Slack and seal it.
 *
 * Lists the day again, hour by hour; stores what is missing; then writes the
 * manifest, which is never changed. Whatever interrupts it, the next close goes
 * on from the saved checkpoint, and finds hours and manifest that are written
 * already. One close of a source is at work at a time, so that the chain of
 * manifests has no fork.
 *
 * @returns what was done and why it ended; expected ends and failures alike
 */
export async function sealDay(
  ports: SealPorts,
  settings: SealSettings,
  limits: SealLimits,
): Promise<SealSummary> {
  const { checkpoints, clock } = ports;
  const { source, day, owner } = settings;
  const lane = sealLane(source);
  const summary: SealSummary = { source, day, outcome: "failed", pages: 0 };
  const lease = new LeaseGuard(lane, owner, limits.deadlineMs, clock);
  try {
    const acquired = await checkpoints.acquire(lane, lease.current, clock.nowMs());
    if (!acquired.held) {
      return { ...summary, outcome: "lease_held" };
    }
    try {
      const close = new Close(ports, settings, limits, lease, summary, acquired.checkpoint);
      summary.outcome = await close.run();
      return summary;
    } finally {
      await checkpoints.release(lane, owner, clock.nowMs());
    }
  } catch (error) {
    return error instanceof LeaseLostError
      ? { ...summary, outcome: "lease_lost" }
      : withFailure(summary, error);
  }
}

/**
 * Days that can be closed now and are not sealed, oldest first.
 *
 * @param limit - at most so many
 */
export async function daysToSeal(
  { archive, checkpoints, clock }: Pick<SealPorts, "archive" | "checkpoints" | "clock">,
  settings: SettleSettings,
  limit: number,
): Promise<string[]> {
  const { source } = settings;
  const lanes = await checkpoints.lanes(source);
  const sealed = new Set(await sealedDays(archive, source));
  const now = nowSeconds(clock);
  const days: string[] = [];
  for (const day of daysFrom(earliestStart(lanes), now)) {
    if (days.length === limit) break;
    if (!sealed.has(day) && whyNotSettled(day, lanes, settings, now) === undefined) {
      days.push(day);
    }
  }
  return days;
}

class Close {
  readonly #ports: SealPorts;
  readonly #settings: SealSettings;
  readonly #limits: SealLimits;
  readonly #lease: LeaseGuard;
  readonly #summary: SealSummary;
  readonly #archive: Archive;
  readonly #start: number;
  /** Whether this close, or one before it that did not end, is the one that seals the day. */
  #isOurs: boolean;
  /** Keys of the hour records that are known to be there. */
  readonly #recorded = new Set<string>();
  #checkpoint: Checkpoint & { closing: Closing };

  constructor(
    ports: SealPorts,
    settings: SealSettings,
    limits: SealLimits,
    lease: LeaseGuard,
    summary: SealSummary,
    checkpoint: Checkpoint | undefined,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#limits = limits;
    this.#lease = lease;
    this.#summary = summary;
    this.#archive = new Archive(ports.archive, settings.source, () => lease.assertHeld());
    this.#start = startOfDay(settings.day);
    this.#isOurs = checkpoint?.start === this.#start;
    const { head = null, hours = {} } = checkpoint?.closing ?? {};
    this.#checkpoint =
      checkpoint !== undefined && this.#isOurs
        ? { ...checkpoint, closing: { head, hours } }
        : {
            start: this.#start,
            watermark: this.#start,
            entriesPerSecond: checkpoint?.entriesPerSecond ?? 0,
            notBefore: checkpoint?.notBefore,
            closing: { head, hours: {} },
            tally: checkpoint?.tally,
          };
  }

  async run(): Promise<SealOutcome> {
    const { archive, checkpoints } = this.#ports;
    const { source, day } = this.#settings;
    try {
      const key = manifestKey(source, day);
      const sealed = await readIfThere(archive, key);
      if (sealed !== undefined) {
        await this.#finishSealed(key, sealed);
        return "already_sealed";
      }
      const lanes = await checkpoints.lanes(source);
      if (!this.#isSettled(lanes)) {
        return "not_settled";
      }
      const live = lanes.find(({ lane }) => lane === liveLane(source))?.checkpoint;
      if (!(await this.#mayCall(live))) {
        return "throttled";
      }
      // A backfill looks here which day is being closed; one that did before that has its lane by now.
      await this.#save({});
      this.#isOurs = true;
      if (!this.#isSettled(await checkpoints.lanes(source))) {
        return "not_settled";
      }
      await this.#reconcileHours();
      const hours = await Promise.all(hoursOf(this.#start).map((start) => this.#readRecord(start)));
      const bytes = await this.#put(key, encodeManifest(await this.#compose(hours)));
      await this.#finishSealed(key, bytes);
      return "sealed";
    } catch (error) {
      return this.#outcomeOf(error);
    }
  }

  #isSettled(lanes: readonly LaneStatus[]): boolean {
    const { day } = this.#settings;
    const now = nowSeconds(this.#ports.clock);
    const reason = whyNotSettled(day, lanes, this.#settings, now);
    if (reason !== undefined) this.#summary.reason = reason;
    return reason === undefined;
  }

  /** The live runs go first: what Slack told them holds here, too. */
  async #mayCall(live: Checkpoint | undefined): Promise<boolean> {
    const notBefore = Math.max(this.#checkpoint.notBefore ?? 0, live?.notBefore ?? 0);
    const { day } = this.#settings;
    const mayCall = await waitForSlack(notBefore, this.#ports.clock, {
      ...this.#limits,
      onWait: (waitingUntilMs) =>
        this.#limits.onProgress?.({ day, position: this.#checkpoint.watermark, waitingUntilMs }),
    });
    if (!mayCall) this.#summary.notBefore = notBefore;
    return mayCall;
  }

  /** Compare what is not compared yet, and write a record for each hour that is done. */
  async #reconcileHours(): Promise<void> {
    const { slack, clock } = this.#ports;
    if (!(await this.#writeRecords())) {
      // Something deleted a record: the day is compared anew.
      await this.#save({
        watermark: this.#start,
        closing: { ...this.#checkpoint.closing, hours: {} },
      });
    }
    const windows = reconcile(
      {
        slack,
        clock,
        archive: this.#archive,
        pageLimit: this.#settings.pageLimit,
        entriesPerSecond: this.#checkpoint.entriesPerSecond,
        deadlineMs: this.#limits.deadlineMs,
        signal: this.#limits.signal,
        onPage: () => {
          this.#summary.pages += 1;
        },
      },
      { from: this.#checkpoint.watermark, until: this.#start + SECONDS_PER_DAY },
      this.#checkpoint.closing.hours,
    );
    for await (const { until, entriesPerSecond, hours } of windows) {
      await this.#save({
        watermark: until,
        entriesPerSecond,
        notBefore: undefined,
        closing: { ...this.#checkpoint.closing, hours: this.#withoutRecord(hours) },
      });
      await this.#writeRecords();
      this.#limits.onProgress?.({ day: this.#settings.day, position: until });
    }
  }

  /**
   * What was found in an hour is kept in the checkpoint until the hour has its record.
   *
   * @returns false when an hour has neither
   */
  async #writeRecords(): Promise<boolean> {
    const { archive } = this.#ports;
    const { source } = this.#settings;
    const { watermark, closing } = this.#checkpoint;
    for (const start of hoursOf(this.#start)) {
      const key = hourRecordKey(source, start);
      if (start + SECONDS_PER_HOUR <= watermark && !this.#recorded.has(key)) {
        if ((await readIfThere(archive, key)) === undefined) {
          const found = closing.hours[numberOf(start)];
          if (found === undefined) return false;
          if (this.#ports.clock.nowMs() >= this.#limits.deadlineMs) {
            throw new SlackDeadlineError("the time is over before all of the day is described");
          }
          await this.#put(key, encodeHour(await describeHour(archive, source, start, found)));
        }
        this.#recorded.add(key);
      }
    }
    return true;
  }

  #withoutRecord(hours: ReconciledHours): Record<string, ReconciledHour> {
    const { source } = this.#settings;
    return Object.fromEntries(
      hoursOf(this.#start).flatMap((start) => {
        const hour = hours[numberOf(start)];
        const isRecorded = this.#recorded.has(hourRecordKey(source, start));
        return hour === undefined || isRecorded ? [] : [[numberOf(start), hour]];
      }),
    );
  }

  async #readRecord(start: number): Promise<ManifestHour> {
    const key = hourRecordKey(this.#settings.source, start);
    return parseHour(key, await this.#ports.archive.get(key));
  }

  async #compose(hours: ManifestHour[]): Promise<Manifest> {
    const { source, day } = this.#settings;
    const head = await this.#head();
    const sum = (field: "listed" | "archived" | "late" | "only_in_archive" | "twice") =>
      hours.reduce((total, hour) => total + hour[field], 0);
    return {
      version: 1,
      source,
      day,
      sequence: (head?.sequence ?? 0) + 1,
      previous: head && { day: head.day, sha256: head.sha256 },
      sealed_at: `${new Date(this.#ports.clock.nowMs()).toISOString().slice(0, 19)}Z`,
      listed: sum("listed"),
      archived: sum("archived"),
      late: sum("late"),
      only_in_archive: sum("only_in_archive"),
      twice: sum("twice"),
      lateness: sumLateness(hours.map(({ lateness }) => lateness)),
      hours,
    };
  }

  /**
   * The newest manifest of the chain. There are as many manifests as the newest
   * has as its number; when the checkpoint says otherwise, it is not up to
   * date, and all of them are read.
   */
  async #head(): Promise<Closing["head"]> {
    const { archive } = this.#ports;
    const { source } = this.#settings;
    let { head } = this.#checkpoint.closing;
    const days = await sealedDays(archive, source);
    if (days.length === (head?.sequence ?? 0)) {
      return head;
    }
    for (const day of days) {
      const key = manifestKey(source, day);
      const bytes = await archive.get(key);
      const { sequence } = parseManifest(key, bytes);
      if (sequence > (head?.sequence ?? 0)) {
        head = { day, sequence, sha256: hashOf(bytes) };
      }
    }
    return head;
  }

  /** A close that ended between writing the manifest and saving is made up for. */
  async #finishSealed(key: string, bytes: Uint8Array): Promise<void> {
    const { head } = this.#checkpoint.closing;
    const manifest = parseManifest(key, bytes);
    if (manifest.sequence > (head?.sequence ?? 0)) {
      // One that nobody was at work on was not written by a close.
      if (this.#isOurs) await this.#sign(bytes);
      await this.#saveSealed(manifest, bytes);
    }
    this.#describe(manifest, bytes);
  }

  async #sign(manifest: Uint8Array): Promise<void> {
    const { signer } = this.#ports;
    const { source, day } = this.#settings;
    if (signer !== undefined) {
      await this.#put(signatureKey(source, day), await signer.sign(manifest));
    }
  }

  async #saveSealed(manifest: Manifest, bytes: Uint8Array): Promise<void> {
    const { day, sequence } = manifest;
    await this.#save({
      watermark: this.#start + SECONDS_PER_DAY,
      closing: { head: { day, sequence, sha256: hashOf(bytes) }, hours: {} },
      tally: await this.#counted(manifest),
    });
  }

  /** For what the live runs left to find: only days that they took in with the settings they have. */
  async #counted({ listed, lateness }: Manifest): Promise<Record<string, number>> {
    const { checkpoints, clock } = this.#ports;
    const { source, allowedLatenessSeconds } = this.#settings;
    const tally = currentTally(this.#checkpoint.tally, { allowedLatenessSeconds }, clock.nowMs());
    const live = await checkpoints.read(liveLane(source));
    const { startedAtMs = Number.POSITIVE_INFINITY } = live?.checkpoint?.tally ?? {};
    if (this.#start * 1000 < startedAtMs) {
      return tally;
    }
    return {
      ...addToTally(tally, lateness),
      days: (tally.days ?? 0) + 1,
      entries: (tally.entries ?? 0) + listed,
    };
  }

  #describe(manifest: Manifest, bytes: Uint8Array): void {
    const { source, day, sequence, listed, archived, late, twice, lateness, hours } = manifest;
    this.#summary.manifest = {
      key: manifestKey(source, day),
      sha256: hashOf(bytes),
      sequence,
      objects: hours.reduce((sum, { objects }) => sum + objects.length, 0),
      listed,
      archived,
      late,
      onlyInArchive: manifest.only_in_archive,
      twice,
      isReconciled: isReconciled(manifest),
      lateness,
    };
  }

  /** @returns the bytes that stand under the key: an earlier close may have written it */
  async #put(key: string, bytes: Uint8Array): Promise<Uint8Array> {
    const { archive } = this.#ports;
    this.#lease.assertHeld();
    return (await archive.put(key, bytes)) === "created" ? bytes : await archive.get(key);
  }

  async #save(change: Partial<Checkpoint> & { closing?: Closing }): Promise<void> {
    const { checkpoints, clock } = this.#ports;
    const checkpoint = { ...this.#checkpoint, ...change };
    await this.#lease.extend((lease) =>
      checkpoints.save(sealLane(this.#settings.source), lease, checkpoint, clock.nowMs()),
    );
    this.#checkpoint = checkpoint;
  }

  /** @throws the error itself when it is not one of the ways in which a close may end */
  async #outcomeOf(error: unknown): Promise<SealOutcome> {
    const { signal } = this.#limits;
    if (signal?.aborted && error === signal.reason) {
      return "interrupted";
    }
    const notBefore = notBeforeOf(error, this.#ports.clock);
    if (notBefore !== undefined) {
      this.#summary.notBefore = notBefore;
      await this.#save({ notBefore });
      return "throttled";
    }
    if (error instanceof SlackDeadlineError) {
      return "out_of_time";
    }
    throw error;
  }
}

/**
 * Listed before it is read: of an object that is not there, S3 says 404 only to
 * a role that may list the whole bucket, and 403 to ours.
 */
async function readIfThere(archive: ArchiveStore, key: string): Promise<Uint8Array | undefined> {
  for await (const object of archive.list(key)) {
    if (object.key === key) return archive.get(key);
  }
  return undefined;
}

/** The hours of a day that begins at `start`, epoch seconds. */
function hoursOf(start: number): number[] {
  return Array.from({ length: HOURS_PER_DAY }, (_, hour) => start + hour * SECONDS_PER_HOUR);
}

function* daysFrom(start: number, now: number): Generator<string> {
  if (!Number.isFinite(start)) return;
  const first = start - (start % SECONDS_PER_DAY);
  for (let second = first; second < now; second += SECONDS_PER_DAY) {
    yield dayOf(second);
  }
}
