import { hourOf } from "../time.ts";
/**
 * Names in the archive. Slack's entries stand under
 * `audit_logs/source=<source>/dt=YYYY-MM-DD/hour=HH/<min>-<max>-<hash>.json.gz`:
 * the key says what is inside, so that a run knows from a listing alone which
 * objects can hold an id, and the same content always has the same key.
 */

export const PREFIXES = {
  auditLogs: "audit_logs/",
  quarantine: "quarantine/",
  manifests: "manifests/",
  /** Hours of a day that is being sealed. */
  closing: "closing/",
  signatures: "signatures/",
  /** Notes on sealed days for which more is stored. */
  addenda: "addenda/",
  /** The log of alerts. */
  alerts: "alerts/",
  /** Columns for long queries, made from sealed days. */
  compact: "compact/",
  athenaResults: "athena-results/",
} as const;

/** Partition columns below `audit_logs/`, in the order of the path. */
export const PARTITION_KEYS = ["source", "dt", "hour"] as const;

/** What S3, Glue's enum projection and a file system all take. */
export const SOURCE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What a key says of its object. */
export interface ObjectName {
  source: string;
  /** Smallest `date_create` inside, epoch seconds. */
  minDateCreate: number;
  /** Largest `date_create` inside, epoch seconds; in the same UTC hour. */
  maxDateCreate: number;
  /** First 16 hex digits of the SHA-256 of the uncompressed lines. */
  hash: string;
}

/** `source=…/dt=…/hour=…/` for the UTC hour in which `epochSeconds` lies. */
export function partitionPath(source: string, epochSeconds: number): string {
  const iso = new Date(epochSeconds * 1000).toISOString();
  return `source=${source}/dt=${iso.slice(0, 10)}/hour=${iso.slice(11, 13)}/`;
}

/** Prefix of all objects of one source and UTC hour. */
export function hourPrefix(source: string, epochSeconds: number): string {
  return PREFIXES.auditLogs + partitionPath(source, epochSeconds);
}

/**
 * Prefix of all objects of one source, or of all when none is named.
 *
 * @param prefix - one of {@link PREFIXES} that is partitioned by source
 */
export function sourcePrefix(prefix: string, source: string | undefined): string {
  return source === undefined ? prefix : `${prefix}source=${source}/`;
}

/**
 * Prefix of all objects of one source and UTC day.
 *
 * @param prefix - one of {@link PREFIXES} that is partitioned by hour
 * @param day - `YYYY-MM-DD`
 */
export function dayPrefix(prefix: string, source: string, day: string): string {
  return `${prefix}source=${source}/dt=${day}/`;
}

/** Prefix of what could not be read as an entry, of one source and UTC hour of the listing. */
export function quarantinePrefix(source: string, epochSeconds: number): string {
  return PREFIXES.quarantine + partitionPath(source, epochSeconds);
}

/** @throws {RangeError} if the two bounds do not lie in one UTC hour in this order */
export function toObjectKey(name: ObjectName): string {
  const { source, minDateCreate, maxDateCreate, hash } = name;
  if (minDateCreate > maxDateCreate || hourOf(minDateCreate) !== hourOf(maxDateCreate)) {
    throw new RangeError(`an object cannot span ${minDateCreate} to ${maxDateCreate}`);
  }
  const range = `${padSeconds(minDateCreate)}-${padSeconds(maxDateCreate)}`;
  return `${hourPrefix(source, minDateCreate)}${range}-${hash}.json.gz`;
}

const KEY =
  /^audit_logs\/source=([^/]+)\/dt=\d{4}-\d\d-\d\d\/hour=\d\d\/(\d{10})-(\d{10})-([0-9a-f]{16})\.json\.gz$/;

/** @returns nothing when the key is not one that `toObjectKey` made */
export function parseObjectKey(key: string): ObjectName | undefined {
  const [, source, min, max, hash] = KEY.exec(key) ?? [];
  if (source === undefined || min === undefined || max === undefined || hash === undefined) {
    return undefined;
  }
  const name = { source, minDateCreate: Number(min), maxDateCreate: Number(max), hash };
  return name.minDateCreate <= name.maxDateCreate &&
    key.startsWith(hourPrefix(source, name.minDateCreate))
    ? name
    : undefined;
}

const QUARANTINE_KEY =
  /^quarantine\/source=[^/]+\/dt=\d{4}-\d\d-\d\d\/hour=(?:[01]\d|2[0-3])\/([0-9a-f]{16})\.json\.gz$/;

/**
 * @returns the hash of the lines that a key of the archive or of the quarantine
 * has in its name; nothing when the key is no object's
 */
export function contentHashOf(key: string): string | undefined {
  return parseObjectKey(key)?.hash ?? QUARANTINE_KEY.exec(key)?.[1];
}

/** Ten digits until the year 2286, so that keys sort by time. */
function padSeconds(epochSeconds: number): string {
  return String(epochSeconds).padStart(10, "0");
}
