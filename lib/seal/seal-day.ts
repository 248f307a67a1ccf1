import { Archive } from "../archive/archive.ts";
import { readIfThere } from "../archive/read-if-there.ts";
import {
  addendumKey,
  manifestKey,
  newestRevision,
  noteAddendum,
  signatureKey,
} from "../archive/sealed-day.ts";
import { liveWriter, sealWriter } from "../archive/writer.ts";
import type { IngestPorts } from "../ingest/ingest.ts";
import {
  type Checkpoint,
  LeaseLostError,
  type ManifestSigner,
  type WriterStatus,
} from "../ports.ts";
import { type WriterLease, withLease } from "../run/lease.ts";
import { earlyEndOf, withFailure } from "../run/outcome.ts";
import { waitForSlack } from "../run/throttling.ts";
import { nowSeconds, rangeOfDay, toIsoSeconds } from "../time.ts";
import { Attempt, attemptName, type SealCheckpoint } from "./attempt.ts";
import { composeManifest, newestOfChain } from "./compose-manifest.ts";
import { countDay } from "./count-day.ts";
import { lostManifest } from "./lost-manifest.ts";
import {
  encodeManifest,
  hashOf,
  type Manifest,
  type ManifestHour,
  parseManifest,
} from "./manifest.ts";
import { putOrGet } from "./put.ts";
import { type SealOutcome, type SealSummary, summarize } from "./seal-summary.ts";
import { type SettleSettings, whyNotSettled } from "./settled.ts";

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
  /** Compare and seal a sealed day again, though it has no addendum that is known. @default false */
  again?: boolean | undefined;
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

/** Comparisons that a run begins, when what it compares is changed meanwhile. */
const ATTEMPTS_MAX = 3;

/**
 * Reconcile a settled day with Slack and seal it.
 *
 * Lists the day again, hour by hour; stores what is missing; then writes the
 * manifest, which is never changed. Whatever interrupts it, the next run goes
 * on from the saved checkpoint, and finds hours and manifest that are written
 * already. One seal of a source is at work at a time, so that the chain of
 * manifests has no fork, and it has claimed the day, so that nobody else writes
 * to it meanwhile. A day with an addendum is sealed again.
 * @returns what was done and why it ended; expected ends and failures alike
 */
export async function sealDay(
  ports: SealPorts,
  settings: SealSettings,
  limits: SealLimits,
): Promise<SealSummary> {
  const { source, day, owner } = settings;
  const summary: SealSummary = { source, day, outcome: "failed", pages: 0 };
  try {
    const ended = await withLease(
      ports,
      {
        ...{ source, owner, writer: sealWriter(source), deadlineMs: limits.deadlineMs },
        rangesFor: () => [rangeOfDay(day)],
      },
      (lease, checkpoint) => new Seal(ports, settings, limits, lease, summary, checkpoint).run(),
    );
    if (ended.held) return { ...summary, outcome: ended.result };
    return "writer" in ended.heldBy
      ? { ...summary, outcome: "not_settled", reason: `${ended.heldBy.writer} is writing to it` }
      : { ...summary, outcome: "lease_held" };
  } catch (error) {
    return error instanceof LeaseLostError
      ? { ...summary, outcome: "lease_lost" }
      : withFailure(summary, error);
  }
}

class Seal {
  readonly #ports: SealPorts;
  readonly #settings: SealSettings;
  readonly #limits: SealLimits;
  readonly #lease: WriterLease;
  readonly #summary: SealSummary;
  readonly #start: number;
  /** Whether this run, or one before it that did not end, is the one that seals the day. */
  #isOurs: boolean;
  #checkpoint: SealCheckpoint;

  constructor(
    ports: SealPorts,
    settings: SealSettings,
    limits: SealLimits,
    lease: WriterLease,
    summary: SealSummary,
    checkpoint: Checkpoint | undefined,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#limits = limits;
    this.#lease = lease;
    this.#summary = summary;
    this.#start = rangeOfDay(settings.day).from;
    const { head = null, hours = {}, attempt } = checkpoint?.closing ?? {};
    this.#isOurs = checkpoint?.start === this.#start;
    this.#checkpoint =
      checkpoint !== undefined && this.#isOurs
        ? { ...checkpoint, closing: { head, hours, attempt } }
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
    try {
      return await this.#seal();
    } catch (error) {
      const end = earlyEndOf(error, this.#ports.clock, this.#limits.signal);
      if (end === undefined) throw error;
      if (end.outcome === "throttled") {
        this.#summary.notBefore = end.notBefore;
        await this.#save({ notBefore: end.notBefore });
      } else if (end.outcome === "out_of_time") {
        // A window that is not done begins again: by its density, the next run makes it smaller.
        await this.#save({});
      }
      return end.outcome;
    }
  }

  async #seal(): Promise<SealOutcome> {
    const { archive, checkpoints, clock } = this.#ports;
    const { source, day } = this.#settings;
    const revision = await newestRevision(archive, source, day);
    if (revision > 0) {
      await this.#finishSealed(await archive.get(manifestKey(source, day, revision)), revision);
      if (this.#settings.again) {
        await noteAddendum(archive, this.#lease, source, { day, revision });
      }
      if ((await readIfThere(archive, addendumKey(source, day, revision + 1))) === undefined) {
        return "already_sealed";
      }
    }
    // The day is claimed: whoever may still write to it is seen here, or comes after the seal.
    const writers = await checkpoints.writers(source);
    const live = writers.find(({ writer }) => writer === liveWriter(source))?.checkpoint;
    if (!this.#isSettled(writers)) return "not_settled";
    if (!(await this.#mayCall(live))) return "throttled";
    const hours = await this.#compare(live);
    const head = await newestOfChain(archive, source, this.#checkpoint.closing.head);
    const place = { source, day, revision: revision + 1, head };
    this.#summary.lostManifest = await lostManifest(archive, place);
    const manifest = await composeManifest(archive, place, hours, toIsoSeconds(nowSeconds(clock)));
    const key = manifestKey(source, day, manifest.revision);
    const bytes = await putOrGet(archive, this.#lease, key, encodeManifest(manifest));
    this.#isOurs = true;
    await this.#finishSealed(bytes, manifest.revision);
    return "sealed";
  }

  #isSettled(writers: readonly WriterStatus[]): boolean {
    const { day } = this.#settings;
    const reason = whyNotSettled(day, writers, this.#settings, nowSeconds(this.#ports.clock));
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

  /** @returns what the manifest says of each hour */
  async #compare(live: Checkpoint | undefined): Promise<ManifestHour[]> {
    const { day, owner } = this.#settings;
    for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
      const { attempt, ...closing } = this.#checkpoint.closing;
      if (attempt === undefined) {
        await this.#save({
          watermark: this.#start,
          firstListedSearch: undefined,
          // How dense a day is that was never listed by a seal, the live runs know.
          entriesPerSecond: this.#checkpoint.entriesPerSecond || (live?.entriesPerSecond ?? 0),
          closing: { ...closing, hours: {}, attempt: attemptName(owner, attempts) },
        });
      }
      this.#isOurs = true;
      const hours = await this.#attempt().run();
      if (hours !== undefined) return hours;
      await this.#save({ closing: { ...this.#checkpoint.closing, attempt: undefined } });
    }
    throw new Error(`the archive of ${day} changed ${ATTEMPTS_MAX} times while it was compared`);
  }

  #attempt(): Attempt {
    const { source, pageLimit, day } = this.#settings;
    const { closing } = this.#checkpoint;
    const { archive: store, clock } = this.#ports;
    const archive = new Archive(store, { source, guard: this.#lease, clock });
    return new Attempt(
      { source, pageLimit, attempt: closing.attempt ?? "", start: this.#start },
      {
        ports: this.#ports,
        limits: this.#limits,
        lease: this.#lease,
        archive,
        checkpoint: () => this.#checkpoint,
        save: (change) => this.#save(change),
        onPage: (entriesPerSecond) => {
          this.#summary.pages += 1;
          this.#checkpoint = { ...this.#checkpoint, entriesPerSecond };
        },
        onWindow: (position) => this.#limits.onProgress?.({ day, position }),
      },
    );
  }

  /** A run that ended between writing the manifest and saving is made up for. */
  async #finishSealed(bytes: Uint8Array, revision: number): Promise<void> {
    const { source, day } = this.#settings;
    const manifest = parseManifest(manifestKey(source, day, revision), bytes);
    if (manifest.sequence > (this.#checkpoint.closing.head?.sequence ?? 0)) {
      // One that nobody was at work on was not written by a seal.
      if (this.#isOurs) await this.#sign(bytes, revision);
      await this.#saveSealed(manifest, bytes);
    }
    this.#summary.manifest = summarize(manifest, bytes);
    const { head } = this.#checkpoint.closing;
    this.#summary.head = await newestOfChain(this.#ports.archive, source, head);
  }

  async #sign(manifest: Uint8Array, revision: number): Promise<void> {
    const { signer, archive } = this.#ports;
    const { source, day } = this.#settings;
    if (signer === undefined) return;
    const signature = await signer.sign(manifest);
    await putOrGet(archive, this.#lease, signatureKey(source, day, revision), signature);
  }

  async #saveSealed(manifest: Manifest, bytes: Uint8Array): Promise<void> {
    const { day, revision, sequence } = manifest;
    const { allowedLatenessSeconds } = this.#settings;
    const { tally } = this.#checkpoint;
    await this.#save({
      watermark: rangeOfDay(day).until,
      closing: { head: { day, revision, sequence, sha256: hashOf(bytes) }, hours: {} },
      tally: await countDay(this.#ports, allowedLatenessSeconds, tally, manifest),
    });
  }

  async #save(change: Partial<SealCheckpoint>): Promise<void> {
    const checkpoint = { ...this.#checkpoint, ...change };
    await this.#lease.save(checkpoint);
    this.#checkpoint = checkpoint;
  }
}
