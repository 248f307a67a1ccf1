import type { KeyObject } from "node:crypto";
import { ArchiveObjectError, decodeLines, hashLines } from "../archive/archive-object.ts";
import { dayPrefix, PREFIXES } from "../archive/object-key.ts";
import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../time.ts";
import {
  dayOfManifestKey,
  hashOf,
  isReconciled,
  type Manifest,
  ManifestError,
  manifestKey,
  manifestsPrefix,
  parseManifest,
  type SealedObject,
} from "./manifest.ts";
import { isSignedBy, signatureKey } from "./signature.ts";

/** Objects that are fetched at once: S3 takes its time for each. */
const CONCURRENCY = 8;

/**
 * What is wrong with the archive of a sealed day.
 *
 * - `object_missing`, `object_changed`, `object_added`: against the day's manifest
 * - `manifest_missing`: a later manifest names it
 * - `manifest_changed`: it is not what it was when the next day was sealed
 * - `manifest_unreadable`: damaged, or the manifest of another day
 * - `chain_broken`: two manifests claim the same place in the chain
 * - `signature_missing`, `signature_wrong`: of a manifest, where a public key was given
 * - `head_missing`: no manifest has the hash that was remembered: history was rewritten
 */
type DamageKind =
  | "object_missing"
  | "object_changed"
  | "object_added"
  | "manifest_missing"
  | "manifest_changed"
  | "manifest_unreadable"
  | "chain_broken"
  | "signature_missing"
  | "signature_wrong"
  | "head_missing";

export interface Damage {
  kind: DamageKind;
  /** The object that it is about; of a head that is missing, the manifest of the newest day. */
  key: string;
  problem: string;
}

export interface VerifySettings {
  source: string;
  /** Days whose objects are checked, UTC, both included. The chain is always checked whole. */
  from?: string | undefined;
  to?: string | undefined;
  /** SHA-256 of a manifest, hex, that was noted down outside the archive. */
  head?: string | undefined;
  publicKey?: KeyObject | undefined;
}

export interface VerifyProgress {
  /** Sealed days of the source, and those done. */
  days: number;
  daysTotal: number;
  day: string;
  objects: number;
  bytes: number;
}

export interface VerifyLimits {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: VerifyProgress) => void) | undefined;
  /** Told of each damage as it is found. */
  onDamage?: ((damage: Damage) => void) | undefined;
}

export interface VerifyReport {
  source: string;
  /** Days whose objects were checked, those objects, and what they hold. */
  days: number;
  objects: number;
  entries: number;
  /** As stored, compressed. */
  bytes: number;
  /** Manifests in the chain. */
  manifests: number;
  /** Signatures that were checked and found right. */
  signatures: number;
  /** The newest manifest: note its hash down outside the archive. Null when no day is sealed. */
  head: { day: string; sequence: number; sha256: string } | null;
  /** Checked days that were sealed although both sides did not hold the same. */
  unreconciled: string[];
  /** Days without a manifest: of the span that was asked for, else between the first sealed day and the last. */
  unsealed: string[];
  damages: Damage[];
}

/** A manifest as the chain sees it. */
interface Link {
  day: string;
  sequence: number;
  previous: Manifest["previous"];
  sha256: string;
}

/**
 * Check an archive against its manifests: every object of each sealed day, the
 * chain, and the signatures. Reads only; needs neither Slack nor the checkpoints.
 * In memory are one manifest and a few objects at a time.
 *
 * @returns what was checked and what is wrong; damage is no error
 * @throws the signal's reason when it is aborted, and what the store throws
 */
export async function verify(
  store: ArchiveStore,
  settings: VerifySettings,
  limits: VerifyLimits = {},
): Promise<VerifyReport> {
  const verification = new Verification(store, settings, limits);
  await verification.run();
  return verification.report;
}

class Verification {
  readonly report: VerifyReport;
  readonly #store: ArchiveStore;
  readonly #settings: VerifySettings;
  readonly #limits: VerifyLimits;
  readonly #links = new Map<string, Link>();
  /** Days whose manifest is there and cannot be trusted: reported once, where it is read. */
  readonly #unreadable = new Set<string>();

  constructor(store: ArchiveStore, settings: VerifySettings, limits: VerifyLimits) {
    this.#store = store;
    this.#settings = settings;
    this.#limits = limits;
    this.report = {
      source: settings.source,
      days: 0,
      objects: 0,
      entries: 0,
      bytes: 0,
      manifests: 0,
      signatures: 0,
      head: null,
      unreconciled: [],
      unsealed: [],
      damages: [],
    };
  }

  async run(): Promise<void> {
    const days = await this.#sealedDays();
    for (const [done, day] of days.entries()) {
      const { objects, bytes } = this.report;
      this.#limits.onProgress?.({ days: done, daysTotal: days.length, day, objects, bytes });
      const manifest = await this.#readManifest(day);
      if (manifest !== undefined && this.#isAskedFor(day)) {
        await this.#checkDay(manifest);
      }
    }
    this.#checkChain();
    this.report.unsealed = this.#unsealedDays(days);
  }

  async #sealedDays(): Promise<string[]> {
    const { source } = this.#settings;
    const days: string[] = [];
    for await (const { key } of this.#store.list(manifestsPrefix(source))) {
      const day = dayOfManifestKey(source, key);
      if (day === undefined) {
        this.#damaged("object_added", key, "it is not named as a manifest is");
      } else {
        days.push(day);
      }
    }
    return days;
  }

  #isAskedFor(day: string): boolean {
    const { from = day, to = day } = this.#settings;
    return from <= day && day <= to;
  }

  /** @returns nothing when the manifest cannot be trusted, which is then reported */
  async #readManifest(day: string): Promise<Manifest | undefined> {
    const { source, publicKey } = this.#settings;
    const key = manifestKey(source, day);
    const bytes = await this.#get(key);
    try {
      const manifest = parseManifest(key, bytes);
      const { sequence, previous } = manifest;
      this.#links.set(day, { day, sequence, previous, sha256: hashOf(bytes) });
      this.report.manifests += 1;
      if (publicKey !== undefined) {
        await this.#checkSignature(publicKey, day, bytes);
      }
      return manifest;
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      this.#unreadable.add(day);
      this.#damaged("manifest_unreadable", key, error.problem);
      return undefined;
    }
  }

  async #checkSignature(publicKey: KeyObject, day: string, manifest: Uint8Array): Promise<void> {
    const key = signatureKey(this.#settings.source, day);
    const signature = await this.#getIfThere(key);
    if (signature === undefined) {
      this.#damaged("signature_missing", key, "the manifest has no signature");
    } else if (isSignedBy(publicKey, manifest, signature)) {
      this.report.signatures += 1;
    } else {
      this.#damaged(
        "signature_wrong",
        key,
        "the manifest was not signed with this key as it stands now",
      );
    }
  }

  async #checkDay(manifest: Manifest): Promise<void> {
    const { source, day, hours } = manifest;
    const sealed = new Map(
      hours
        .flatMap(({ objects, quarantine }) => [...objects, ...quarantine])
        .map((object) => [object.key, object]),
    );
    const found = new Set<string>();
    for (const prefix of [PREFIXES.auditLogs, PREFIXES.quarantine]) {
      for await (const { key } of this.#store.list(dayPrefix(prefix, source, day))) {
        found.add(key);
        if (!sealed.has(key)) {
          this.#damaged("object_added", key, "it was not there when the day was sealed");
        }
      }
    }
    for (const key of sealed.keys()) {
      if (!found.has(key)) {
        this.#damaged("object_missing", key, "it was there when the day was sealed");
      }
    }
    const objects = [...sealed.values()].filter(({ key }) => found.has(key));
    for (let next = 0; next < objects.length; next += CONCURRENCY) {
      this.#limits.signal?.throwIfAborted();
      const batch = objects.slice(next, next + CONCURRENCY);
      await Promise.all(batch.map((object) => this.#checkObject(object)));
    }
    this.report.days += 1;
    if (!isReconciled(manifest)) {
      this.report.unreconciled.push(day);
    }
  }

  async #checkObject(object: SealedObject): Promise<void> {
    const body = await this.#getIfThere(object.key);
    if (body === undefined) {
      this.#damaged("object_missing", object.key, "it was deleted while this check ran");
      return;
    }
    this.report.objects += 1;
    this.report.bytes += body.byteLength;
    if (hashOf(body) === object.sha256) {
      this.report.entries += object.entries;
    } else {
      this.#damaged("object_changed", object.key, await describeChange(object, body));
    }
  }

  #checkChain(): void {
    const links = [...this.#links.values()].sort((a, b) => a.sequence - b.sequence);
    const { source, head } = this.#settings;
    for (const [index, link] of links.entries()) {
      const key = manifestKey(source, link.day);
      const rival = links[index - 1];
      if (rival?.sequence === link.sequence) {
        this.#damaged("chain_broken", key, `${rival.day} has its place in the chain`);
      }
      this.#checkPrevious(link);
    }
    const newest = links.at(-1);
    if (newest !== undefined) {
      const { day, sequence, sha256 } = newest;
      this.report.head = { day, sequence, sha256 };
    }
    if (head !== undefined && !links.some(({ sha256 }) => sha256 === head)) {
      this.#damaged(
        "head_missing",
        newest === undefined ? manifestsPrefix(source) : manifestKey(source, newest.day),
        `no manifest has the remembered hash ${head}: the day it was of, or one sealed before, is not what it was`,
      );
    }
  }

  #checkPrevious({ day, sequence, previous }: Link): void {
    const { source } = this.#settings;
    if (previous === null) {
      if (sequence !== 1) {
        const problem = `it is number ${sequence} of the chain and names none before it`;
        this.#damaged("chain_broken", manifestKey(source, day), problem);
      }
      return;
    }
    const key = manifestKey(source, previous.day);
    const before = this.#links.get(previous.day);
    if (before === undefined) {
      if (!this.#unreadable.has(previous.day)) {
        this.#damaged("manifest_missing", key, `${day} was sealed after it`);
      }
    } else if (before.sha256 !== previous.sha256) {
      this.#damaged(
        "manifest_changed",
        key,
        `it is not what it was when ${day} was sealed after it`,
      );
    } else if (before.sequence !== sequence - 1) {
      const problem = `it is number ${sequence} of the chain and names number ${before.sequence}`;
      this.#damaged("chain_broken", manifestKey(source, day), problem);
    }
  }

  #unsealedDays(sealed: readonly string[]): string[] {
    const { from = sealed[0], to = sealed.at(-1) } = this.#settings;
    if (from === undefined || to === undefined) return [];
    const have = new Set(sealed);
    const days: string[] = [];
    for (let second = startOfDay(from); second <= startOfDay(to); second += SECONDS_PER_DAY) {
      const day = dayOf(second);
      if (!have.has(day)) days.push(day);
    }
    return days;
  }

  #damaged(kind: DamageKind, key: string, problem: string): void {
    const damage = { kind, key, problem };
    this.report.damages.push(damage);
    this.#limits.onDamage?.(damage);
  }

  async #get(key: string): Promise<Uint8Array> {
    this.#limits.signal?.throwIfAborted();
    return this.#store.get(key);
  }

  async #getIfThere(key: string): Promise<Uint8Array | undefined> {
    return this.#get(key).catch((error) => {
      if (error instanceof ObjectMissingError) return undefined;
      throw error;
    });
  }
}

/** What has become of an object that is not what was sealed. */
async function describeChange(sealed: SealedObject, body: Uint8Array): Promise<string> {
  let lines: Uint8Array[];
  try {
    lines = await decodeLines(sealed.key, body);
  } catch (error) {
    if (!(error instanceof ArchiveObjectError)) throw error;
    return `it cannot be read: ${error.problem}`;
  }
  if (lines.length !== sealed.entries) {
    return `it has ${lines.length} lines, not ${sealed.entries}`;
  }
  return sealed.key.endsWith(`${hashLines(lines)}.json.gz`)
    ? "its lines are what they were, but compressed anew"
    : "the text of its lines is another";
}
