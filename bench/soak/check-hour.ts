import { hash } from "node:crypto";
import type { EntrySource } from "../../fake-slack/entries.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES, parseObjectKey, partitionPath } from "../../lib/archive/object-key.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { hourOf, SECONDS_PER_HOUR } from "../../lib/time.ts";

/** Archive and truth differ. */
export class SoakError extends Error {
  override readonly name = "SoakError";
  readonly code = "soak_failed";
}

/** Part of an hour that holds what Slack had, and nothing else. */
export interface CheckedHour {
  entries: number;
  objects: number;
  /** Compressed. */
  bytes: number;
}

/** Sums of hashes stay below 2^49 when they are reduced by this, which a double holds exactly. */
const HASH_RANGE = 2 ** 48;
const HASH_DIGITS = 12;

/** The generator writes it among the first fields; the digest sees to it that nothing else does. */
const DATE_CREATE = /"date_create":(\d{10}),/;
const HEAD_BYTES = 128;

const PROBLEMS_SHOWN = 5;

/**
 * Compare an hour of the archive, or its beginning, text by text with what Slack had.
 *
 * In the memory of one object, whatever the size of the hour: each second is a
 * count and a digest that does not depend on the order of its lines. Only of a
 * second in which the two differ the ids are compared.
 *
 * @param hour - its first second, epoch seconds; the oldest that may still be in the archive
 * @param until - epoch seconds, excluded: what is later is not looked at
 * @throws {SoakError} that names what is lost, twice, changed or in the wrong place
 */
export async function checkHour(
  store: ArchiveStore,
  source: string,
  hour: number,
  until: number,
  truth: EntrySource,
): Promise<CheckedHour> {
  const checked: CheckedHour = { entries: 0, objects: 0, bytes: 0 };
  const [archived, expected] = [new HourDigest(hour), new HourDigest(hour)];
  for await (const { key, sizeBytes } of store.list(`${PREFIXES.auditLogs}source=${source}/`)) {
    const name = parseObjectKey(key);
    if (name === undefined || name.minDateCreate < hour) {
      throw new SoakError(
        `${key} was stored after its hour had been checked, or by nobody we know`,
      );
    }
    if (hourOf(name.minDateCreate) !== hour) {
      break;
    }
    for (const line of await linesOf(store, key)) {
      const second = secondOf(line);
      if (!(second >= name.minDateCreate && second <= name.maxDateCreate)) {
        throw new SoakError(`${key} has a line of second ${second}`);
      }
      if (second < until) {
        archived.add(second, line);
        checked.entries += 1;
      }
    }
    checked.objects += 1;
    checked.bytes += sizeBytes;
  }
  for (let minute = hour; minute < until; minute += 60) {
    for (const { dateCreate, text } of entriesOf(truth, minute, Math.min(minute + 60, until) - 1)) {
      expected.add(dateCreate, text);
    }
    // A busy hour takes many seconds; Ctrl-C should not.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const second = archived.firstDifference(expected);
  if (second !== undefined) {
    throw new SoakError(await describeSecond(store, source, second, truth));
  }
  return checked;
}

/** Of each second of an hour: how many texts, and a digest of them in whatever order. */
class HourDigest {
  readonly #hour: number;
  readonly #counts = new Uint32Array(SECONDS_PER_HOUR);
  readonly #sums = new Float64Array(SECONDS_PER_HOUR);

  constructor(hour: number) {
    this.#hour = hour;
  }

  add(second: number, text: Uint8Array | string): void {
    const i = second - this.#hour;
    const bits = Number.parseInt(hash("sha256", text).slice(0, HASH_DIGITS), 16);
    this.#counts[i] = (this.#counts[i] ?? 0) + 1;
    this.#sums[i] = ((this.#sums[i] ?? 0) + bits) % HASH_RANGE;
  }

  /** @returns epoch seconds */
  firstDifference(other: HourDigest): number | undefined {
    const i = this.#counts.findIndex(
      (count, i) => count !== other.#counts[i] || this.#sums[i] !== other.#sums[i],
    );
    return i === -1 ? undefined : this.#hour + i;
  }
}

async function describeSecond(
  store: ArchiveStore,
  source: string,
  second: number,
  truth: EntrySource,
): Promise<string> {
  const archived = new Map<string, string[]>();
  for await (const { key } of store.list(PREFIXES.auditLogs + partitionPath(source, second))) {
    for (const line of await linesOf(store, key)) {
      if (secondOf(line) === second) {
        const text = Buffer.from(line).toString();
        const { id } = JSON.parse(text);
        archived.set(id, [...(archived.get(id) ?? []), text]);
      }
    }
  }
  const problems: string[] = [];
  for (const { id = "", text } of entriesOf(truth, second, second)) {
    const texts = archived.get(id) ?? [];
    archived.delete(id);
    if (texts.length === 0) problems.push(`${id} is lost`);
    else if (texts.length > 1) problems.push(`${id} stands ${texts.length} times`);
    else if (texts[0] !== text) problems.push(`${id} is changed`);
  }
  problems.push(...[...archived.keys()].map((id) => `${id} was never in Slack`));
  const more = problems.length - PROBLEMS_SHOWN;
  return `second ${second} differs: ${problems.slice(0, PROBLEMS_SHOWN).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

async function linesOf(store: ArchiveStore, key: string): Promise<Uint8Array[]> {
  return decodeLines(key, await store.get(key));
}

/** @returns epoch seconds, NaN when the line does not begin as an entry does */
function secondOf(line: Uint8Array): number {
  const head = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, HEAD_BYTES));
  return Number(DATE_CREATE.exec(head.toString("latin1"))?.[1]);
}

/** All that was ever visible, both seconds included. */
function entriesOf(truth: EntrySource, oldest: number, latest: number) {
  return truth.newestFirst(oldest, latest, Number.POSITIVE_INFINITY);
}
