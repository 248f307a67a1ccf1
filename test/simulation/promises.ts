import { PREFIXES, parseObjectKey } from "../../lib/archive/object-key.ts";
import { addendumKey, manifestKey, parseManifestKey } from "../../lib/archive/sealed-day.ts";
import {
  backfillWriter,
  claimsKey,
  liveWriter,
  sealWriter,
  spanOfWriter,
} from "../../lib/archive/writer.ts";
import { PUT_LIMIT_MS } from "../../lib/aws/s3-archive-store.ts";
import type { Checkpoint, Claim } from "../../lib/ports.ts";
import {
  dayOf,
  hourOf,
  overlaps,
  rangeOfDay,
  SECONDS_PER_HOUR,
  type TimeRange,
} from "../../lib/time.ts";
import { BrokenPromise } from "./broken-promise.ts";
import { unstore } from "./engine.ts";
import { ALLOWED_LATENESS_SECONDS, SETTLE_DELAY_SECONDS, type SimulatedEntry } from "./entries.ts";
import type { Process } from "./platform.ts";
import type { Scenario, SourceScenario } from "./scenario.ts";
import type { SimulatedArchive, Witness } from "./simulated-archive.ts";
import { TOKEN_START } from "./simulated-slack.ts";
import type { Item } from "./simulated-table.ts";

/** What must hold of one source at every write; it knows everything. */
export class Promises implements Witness {
  readonly source: string;
  /** Told of each object of entries. */
  onObject: (key: string) => void = () => {};
  /** The line of each id, as it was stored. */
  readonly archived = new Map<string, string>();
  readonly quarantined = new Set<string>();
  /** When attempts at sealing began to list, and which attempt sealed a day last; epoch milliseconds. */
  readonly #attemptsBegunAtMs = new Map<string, number>();
  readonly comparedAtMs = new Map<string, number>();
  /** Spans of backfills that were begun, and when, epoch milliseconds. */
  readonly #spansBegunAtMs = new Map<string, number>();
  readonly #archive: SimulatedArchive;
  readonly #items: ReadonlyMap<string, Item>;
  readonly #skewMsMax: number;
  readonly #nowMs: () => number;
  readonly #entries: readonly SimulatedEntry[];
  /** On-time entries, oldest first: what must be archived below the live watermark. */
  readonly #onTime: SimulatedEntry[];
  #checked = 0;
  /** Virtual time of the first save of a live run that looks further back. */
  #latenessRaisedAtMs = Number.POSITIVE_INFINITY;

  constructor(
    { name, entries }: SourceScenario,
    { start, skewMsMax }: Scenario,
    archive: SimulatedArchive,
    items: ReadonlyMap<string, Item>,
    nowMs: () => number,
  ) {
    this.source = name;
    this.#archive = archive;
    this.#items = items;
    this.#skewMsMax = skewMsMax;
    this.#nowMs = nowMs;
    this.#entries = entries;
    this.#onTime = entries
      .filter(({ id, dateCreate, visibleAtMs }) => {
        const settledAtMs = (dateCreate + SETTLE_DELAY_SECONDS) * 1000 - 2 * skewMsMax;
        return id !== undefined && dateCreate >= start && visibleAtMs <= settledAtMs;
      })
      .sort((a, b) => a.dateCreate - b.dateCreate);
  }

  /** Only who has claimed the time of an object sends it. */
  onSend(process: Process, key: string): void {
    const range = this.#rangeOf(key);
    const nowMs = process.clock.nowMs();
    const claim = this.#claims().find(({ owner }) => owner === process.owner);
    const isIn = isOfMore(key) ? overlaps : covers;
    if (claim === undefined || !isIn(claim.range, range)) {
      throw new BrokenPromise(
        `${process.name} writes ${key}, and has claimed ${JSON.stringify(claim)}`,
      );
    }
    // Whatever the clocks say, a put takes effect before another can claim its time.
    const leftMs = claim.expiresAt - nowMs;
    if (leftMs < PUT_LIMIT_MS + 2 * this.#skewMsMax) {
      throw new BrokenPromise(`${process.name} writes ${key} with ${leftMs} ms left of its claim`);
    }
    if (this.#items.get(claim.writer)?.leaseOwner !== process.owner) {
      throw new BrokenPromise(`${process.name} writes ${key} without its lease`);
    }
  }

  onCreate(process: Process, key: string, body: Uint8Array): void {
    const range = this.#rangeOf(key);
    const isIn = isOfMore(key) ? covers : overlaps;
    const other = this.#claims().find(
      (claim) => claim.owner !== process.owner && isIn(claim.range, range),
    );
    if (other !== undefined) {
      throw new BrokenPromise(`${process.name} writes ${key}, which ${other.writer} has claimed`);
    }
    if (!this.#claims().some(({ owner }) => owner === process.owner)) {
      throw new BrokenPromise(`${process.name} writes ${key}, and has given its claim up`);
    }
    if (Buffer.from(body).includes(TOKEN_START)) {
      throw new BrokenPromise(`the token is in ${key}`);
    }
    if (key.startsWith(PREFIXES.auditLogs)) {
      this.#checkObject(key, body);
      this.onObject(key);
    }
    if (key.startsWith(PREFIXES.quarantine)) {
      for (const line of linesOf(body)) this.quarantined.add(line);
    }
    if (key.startsWith(PREFIXES.auditLogs) || key.startsWith(PREFIXES.quarantine)) {
      this.#checkAddendum(key, dayOf(range.from));
    }
    if (key.startsWith(PREFIXES.manifests)) this.#checkSettled(key, process);
  }

  /** After each change to the checkpoint table. */
  onUpdate(key: string, before: Item, after: Item): void {
    if (key === claimsKey(this.source)) {
      this.#checkClaims();
      return;
    }
    const checkpoint = after.checkpoint as Checkpoint | undefined;
    if (checkpoint === undefined || checkpoint === before.checkpoint) return;
    const previous = before.checkpoint as Checkpoint | undefined;
    if (key === sealWriter(this.source)) {
      const attempt = checkpoint.closing?.attempt;
      if (attempt !== undefined && !this.#attemptsBegunAtMs.has(attempt)) {
        this.#attemptsBegunAtMs.set(attempt, this.#nowMs());
      }
    } else if (checkpoint.watermark < (previous?.watermark ?? checkpoint.start)) {
      throw new BrokenPromise(`the watermark of ${key} went back to ${checkpoint.watermark}`);
    } else if (key === liveWriter(this.source)) {
      if ((checkpoint.tally?.allowedLatenessSeconds ?? 0) > ALLOWED_LATENESS_SECONDS) {
        this.#latenessRaisedAtMs = Math.min(this.#latenessRaisedAtMs, this.#nowMs());
      }
      this.#checkWatermark(checkpoint.watermark);
    } else {
      if (!this.#spansBegunAtMs.has(key)) this.#spansBegunAtMs.set(key, this.#nowMs());
      this.#checkSpan(key, checkpoint.watermark);
    }
  }

  /** Entries that must be archived, or kept in quarantine, when all work is done. */
  expected(start: number): SimulatedEntry[] {
    const spans = [...this.#spansBegunAtMs].map(([writer, begunAtMs]) => ({
      ...{ from: 0, until: 0, ...spanOfWriter(writer) },
      begunAtMs,
    }));
    return this.#entries.filter(({ dateCreate, visibleAtMs }) => {
      const allowedUntilMs = (dateCreate + ALLOWED_LATENESS_SECONDS) * 1000;
      const isInSpan = spans.some(
        ({ from, until, begunAtMs }) =>
          dateCreate >= from && dateCreate < until && visibleAtMs <= begunAtMs,
      );
      return (
        (dateCreate >= start && visibleAtMs <= allowedUntilMs) ||
        isInSpan ||
        visibleAtMs <= (this.comparedAtMs.get(dayOf(dateCreate)) ?? Number.NEGATIVE_INFINITY)
      );
    });
  }

  /** A stretch of time that the object belongs to. */
  #rangeOf(key: string): TimeRange {
    const name = parseObjectKey(key);
    if (name !== undefined) return { from: name.minDateCreate, until: name.maxDateCreate + 1 };
    const [, day = "", hour] = /\/dt=([\d-]{10})(?:\/hour=(\d\d))?/.exec(key) ?? [];
    const range = rangeOfDay(day);
    if (hour === undefined) return range;
    // What is in quarantine may be of any second of the hour in which it was listed.
    const from = range.from + Number(hour) * SECONDS_PER_HOUR;
    return { from, until: from + SECONDS_PER_HOUR };
  }

  #claims(): Claim[] {
    return (this.#items.get(claimsKey(this.source))?.claims ?? []) as Claim[];
  }

  #checkClaims(): void {
    const claims = this.#claims();
    for (const [index, claim] of claims.entries()) {
      const other = claims.slice(index + 1).find(({ range }) => overlaps(range, claim.range));
      if (other !== undefined) {
        throw new BrokenPromise(`${claim.writer} and ${other.writer} have claimed the same time`);
      }
    }
  }

  #checkObject(key: string, body: Uint8Array): void {
    const name = parseObjectKey(key);
    if (name === undefined) throw new BrokenPromise(`${key} is not named as an object is`);
    for (const line of linesOf(body)) {
      const { id, date_create: second } = JSON.parse(line);
      if (this.archived.has(id)) {
        throw new BrokenPromise(`${id} is duplicated, the second time in ${key}`);
      }
      const isInRange = second >= name.minDateCreate && second <= name.maxDateCreate;
      if (!isInRange || hourOf(second) !== hourOf(name.minDateCreate)) {
        throw new BrokenPromise(`${id} of ${second} is in ${key}`);
      }
      this.archived.set(id, line);
    }
  }

  /** What is stored for a sealed day was noted before as an addendum to it. */
  #checkAddendum(key: string, day: string): void {
    const { objects } = this.#archive;
    let revision = 0;
    while (objects.has(manifestKey(this.source, day, revision + 1))) revision += 1;
    if (revision > 0 && !objects.has(addendumKey(this.source, day, revision + 1))) {
      throw new BrokenPromise(`${key} is stored for a sealed day, without a note`);
    }
  }

  /** A day is sealed when no writer has to write to it any more. */
  #checkSettled(key: string, seal: Process): void {
    const { day = "", revision = 0 } = parseManifestKey(this.source, key) ?? {};
    const attempt = this.#checkpointOf(sealWriter(this.source))?.closing?.attempt ?? "";
    const comparedAtMs = this.#attemptsBegunAtMs.get(attempt) ?? this.comparedAtMs.get(day);
    this.comparedAtMs.set(day, comparedAtMs ?? Number.NEGATIVE_INFINITY);
    if (revision > 1) return;
    const { from, until } = rangeOfDay(day);
    for (const writer of this.#items.keys()) {
      const span = spanOfWriter(writer);
      if (span === undefined || writer !== backfillWriter(this.source, span)) continue;
      // One without a checkpoint was never begun.
      const { watermark = span.until } = this.#checkpointOf(writer) ?? {};
      if (overlaps(span, { from, until }) && watermark < Math.min(span.until, until)) {
        throw new BrokenPromise(`${key} is sealed, and ${writer} has come to ${watermark}`);
      }
    }
    const live = this.#checkpointOf(liveWriter(this.source));
    if (live === undefined) throw new BrokenPromise(`${key} is sealed before the first run`);
    const { start, watermark, lateScannedAt = start, lateScanPosition, pageCursor, tally } = live;
    // To which the live runs were set when the seal began: what they find later is an addendum.
    const isRaised = this.#latenessRaisedAtMs < seal.startedAtMs;
    const lateness = isRaised ? (tally?.allowedLatenessSeconds ?? 0) : ALLOWED_LATENESS_SECONDS;
    const reach = Math.min(
      ...[watermark, lateScanPosition ?? watermark, pageCursor?.oldest ?? watermark],
      Math.min(watermark, lateScannedAt) - lateness,
    );
    if (start < until && reach < until) {
      throw new BrokenPromise(`${key} is sealed, and live runs look back to ${reach}`);
    }
  }

  #checkpointOf(writer: string): Checkpoint | undefined {
    return this.#items.get(writer)?.checkpoint as Checkpoint | undefined;
  }

  #checkWatermark(watermark: number): void {
    for (; ; this.#checked++) {
      const { id = "", dateCreate = watermark } = this.#onTime[this.#checked] ?? {};
      if (dateCreate >= watermark) return;
      if (!this.archived.has(id)) {
        throw new BrokenPromise(
          `watermark ${watermark}, but ${id} of ${dateCreate} is not archived`,
        );
      }
    }
  }

  #checkSpan(writer: string, watermark: number): void {
    const { from = 0 } = spanOfWriter(writer) ?? {};
    const begunAtMs = this.#spansBegunAtMs.get(writer) ?? 0;
    for (const { id, dateCreate, visibleAtMs } of this.#entries) {
      const isBelow = dateCreate >= from && dateCreate < watermark && visibleAtMs <= begunAtMs;
      if (isBelow && id !== undefined && !this.archived.has(id)) {
        throw new BrokenPromise(`${writer} has come to ${watermark}, but ${id} is not archived`);
      }
    }
  }
}

export function linesOf(body: Uint8Array): string[] {
  return unstore(body).toString().trimEnd().split("\n");
}

/** Whether a key has an hour or a day of which several writers may have a part each. */
function isOfMore(key: string): boolean {
  return key.startsWith(PREFIXES.quarantine) || key.startsWith(PREFIXES.addenda);
}

function covers(claim: TimeRange, range: TimeRange): boolean {
  return claim.from <= range.from && range.until <= claim.until;
}
