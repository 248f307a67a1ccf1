import { createHash } from "node:crypto";
import * as z from "zod";
import { hourPrefix, PREFIXES, partitionPath, quarantinePrefix } from "../archive/object-key.ts";
import { manifestKey } from "../archive/sealed-day.ts";
import { HOURS_PER_DAY, SECONDS_PER_HOUR, startOfDay } from "../time.ts";

/**
 * The manifest of a sealed day: what both sides held, and every object with
 * its hash. One JSON document on one line, so that SQL reads it as a row.
 *
 * Manifests form a chain in the order in which days were sealed: each names
 * the one before with its hash. Whoever remembers the newest hash can tell
 * that nothing before it was changed. A day that gets an addendum is sealed
 * again: its next manifest has all that the one before it had, and more. See
 * docs/operate/integrity.md.
 */
export type Manifest = z.infer<typeof MANIFEST>;
/** What a manifest says of every object, those in quarantine too. */
export type SealedObject = z.infer<typeof STORED_OBJECT>;
/** What it says of one that holds entries. */
export type ArchivedObject = z.infer<typeof ARCHIVED_OBJECT>;
export type ManifestHour = z.infer<typeof HOUR>;

/** Of the ids that an hour has twice, only in the archive or with another text, a manifest names so many. */
export const IDS_NAMED_MAX = 100;

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const day = z.iso.date();

const STORED_OBJECT = z.strictObject({
  key: z.string(),
  /** As stored, compressed. */
  size_bytes: count,
  /** Of the stored bytes, hex. */
  sha256,
  /** Lines. */
  entries: count.positive(),
  /** The lines are not those of which the key has the hash: it was changed between storing and sealing. */
  altered: z.literal(true).optional(),
});

const ARCHIVED_OBJECT = z.strictObject({
  ...STORED_OBJECT.shape,
  /** Epoch seconds, both included. */
  min_date_create: count,
  max_date_create: count,
});

/** What lies in a day's folders and is not named as an object is: not read, and not served by SQL. */
const FOREIGN_FILE = z.strictObject({ key: z.string(), size_bytes: count });

/** SHA-256 of a manifest's bytes, and which of its day it is: 1 for the first. */
const LINK = z.strictObject({ day, revision: count.positive().default(1), sha256 });

const lateness = z.record(z.string().regex(/^\d+$/), count);

const TOTALS = {
  /** Entries that Slack listed when the day was reconciled, each id once. */
  listed: count,
  /** Lines in the archive after that. */
  archived: count,
  /** Those among them that were missing until then, and were stored by the close; a close that was interrupted may have stored more. */
  late: count,
  /** Lines whose id Slack does not list at the line's time. */
  only_in_archive: count,
  /** Lines whose id is in another line, too. */
  twice: count,
  /** Ids that both sides have with different texts; Slack's is in quarantine. */
  differs: count.default(0),
};

const HOUR = z.strictObject({
  /** 0 to 23, UTC. An hour in which nothing happened stands here too. */
  hour: count.max(HOURS_PER_DAY - 1),
  ...TOTALS,
  /** The first of them. */
  only_in_archive_ids: z.array(z.string()).max(IDS_NAMED_MAX),
  twice_ids: z.array(z.string()).max(IDS_NAMED_MAX),
  differs_ids: z.array(z.string()).max(IDS_NAMED_MAX).default([]),
  /** How late the late ones were: entries by the power of two, in seconds, that they stayed below. */
  lateness,
  /** Ascending by key. */
  objects: z.array(ARCHIVED_OBJECT),
  /** What could not be read as an entry. */
  quarantine: z.array(STORED_OBJECT),
  foreign: z.array(FOREIGN_FILE).default([]),
});

const MANIFEST = z.strictObject({
  /** Manifests of version 1 have no revision, no `differs` and no `foreign`. */
  version: z.literal([1, 2]),
  source: z.string(),
  /** UTC, `YYYY-MM-DD`. */
  day,
  /** 1 for the day's first manifest; each addendum to a sealed day gets one more. */
  revision: count.positive().default(1),
  /** SHA-256 of the day's manifest before this one; null for the first. */
  amends: sha256.nullable().default(null),
  /** 1 for the first day of this source that was sealed, whichever day it was. */
  sequence: count.positive(),
  /** The manifest that was written before this one, of whichever day; null for the first. */
  previous: LINK.nullable(),
  sealed_at: z.iso.datetime(),
  ...TOTALS,
  lateness,
  hours: z.array(HOUR).length(HOURS_PER_DAY),
  /** In the day's folders and in none of an hour's; absent when there is nothing. */
  foreign: z.array(FOREIGN_FILE).optional(),
});

/** Everything that a day's manifest seals. */
export function objectsOf({ hours }: Manifest): SealedObject[] {
  return hours.flatMap(({ objects, quarantine }) => [...objects, ...quarantine]);
}

/** What lay in the day's folders when it was sealed and is not named as an object is. */
export function foreignIn({ hours, foreign = [] }: Manifest): z.infer<typeof FOREIGN_FILE>[] {
  return [...hours.flatMap((hour) => hour.foreign), ...foreign];
}

/** Whether both sides held the same entries, each once. */
export function isReconciled(totals: {
  listed: number;
  archived: number;
  only_in_archive: number;
  twice: number;
  differs: number;
}): boolean {
  const { listed, archived, only_in_archive, twice, differs } = totals;
  return listed === archived && only_in_archive + twice + differs === 0;
}

/** The bytes of a manifest; the same manifest always has the same. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(MANIFEST.parse(manifest))}\n`);
}

/** SHA-256 of a manifest's bytes, hex: what the next one names. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Key of an hour of a day that is being sealed; its bytes are those of {@link encodeHour}.
 *
 * @param attempt - at sealing the day: what one attempt has found, another does not use
 */
export function hourRecordKey(source: string, hourStart: number, attempt: string): string {
  const [day, hour] = partitionPath(source, hourStart).split(/(?=hour=)/);
  return `${PREFIXES.closing}${day}attempt=${attempt}/${hour?.slice(0, -1)}.json`;
}

export function encodeHour(hour: ManifestHour): Uint8Array {
  return Buffer.from(`${JSON.stringify(HOUR.parse(hour))}\n`);
}

/** @throws {ManifestError} when the bytes are not an hour's */
export function parseHour(key: string, bytes: Uint8Array): ManifestHour {
  return parseAs(HOUR, key, bytes);
}

/**
 * @param key - under which the bytes are stored; what they say must fit it
 * @throws {ManifestError} when they are not a manifest, or another's
 */
export function parseManifest(key: string, bytes: Uint8Array): Manifest {
  const manifest = parseAs(MANIFEST, key, bytes);
  const { source, day, revision } = manifest;
  if (manifestKey(source, day, revision) !== key) {
    throw new ManifestError(
      key,
      `it is the manifest of ${day}, source ${source}${revision > 1 ? `, revision ${revision}` : ""}`,
    );
  }
  const problem = inconsistencyOf(manifest);
  if (problem !== undefined) {
    throw new ManifestError(key, `it contradicts itself: ${problem}`);
  }
  return manifest;
}

/** A manifest is damaged, or something else wrote it. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly code = "manifest_unreadable";
  /** Without the key. */
  readonly problem: string;
  constructor(key: string, problem: string, options?: ErrorOptions) {
    super(`cannot trust ${key}: ${problem}; restore the object's first version`, options);
    this.problem = problem;
  }
}

function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  key: string,
  bytes: Uint8Array,
): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(key, bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.length ? `${issue.path.join(".")}: ` : "";
    throw new ManifestError(key, `it is not a manifest (${place}${issue?.message})`);
  }
  return parsed.data;
}

function parseJson(key: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ManifestError(key, "it is not JSON", { cause });
  }
}

function inconsistencyOf(manifest: Manifest): string | undefined {
  for (const name of Object.keys(TOTALS) as (keyof typeof TOTALS)[]) {
    if (manifest[name] !== sum(manifest.hours.map((hour) => hour[name]))) {
      return `its hours do not add up to ${name}`;
    }
  }
  for (const [index, hour] of manifest.hours.entries()) {
    const start = startOfDay(manifest.day) + index * SECONDS_PER_HOUR;
    if (hour.hour !== index) {
      return `hour ${hour.hour} stands in the place of hour ${index}`;
    }
    if (hour.archived !== sum(hour.objects.map(({ entries }) => entries))) {
      return `the objects of hour ${index} do not add up to archived`;
    }
    const prefixes = [
      ...hour.objects.map(({ key }) => [key, hourPrefix(manifest.source, start)] as const),
      ...hour.quarantine.map(({ key }) => [key, quarantinePrefix(manifest.source, start)] as const),
    ];
    const stray = prefixes.find(([key, prefix]) => !key.startsWith(prefix));
    if (stray !== undefined) {
      return `${stray[0]} does not belong to hour ${index}`;
    }
  }
  return undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
