import type { KeyObject } from "node:crypto";
import { ArchiveObjectError, decodeLines, hashLines } from "../archive/archive-object.ts";
import { contentHashOf, dayPrefix, PREFIXES } from "../archive/object-key.ts";
import {
  addendumKey,
  inOrder,
  manifestKey,
  manifestsPrefix,
  parseManifestKey,
  type SealedRevision,
  signatureKey,
} from "../archive/sealed-day.ts";
import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../time.ts";
import { checkChain, type Link } from "./check-chain.ts";
import type { Damage, DamageKind } from "./damage.ts";
import {
  hashOf,
  isReconciled,
  type Manifest,
  ManifestError,
  parseManifest,
  type SealedObject,
} from "./manifest.ts";
import { isSignedBy } from "./signature.ts";

export type { Damage } from "./damage.ts";

/** Objects that are fetched at once: S3 takes its time for each. */
const CONCURRENCY = 8;

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
  /** Ids, of checked days, that the archive and Slack had with different texts. */
  differs: number;
  /** Objects of checked days that had been changed when the day was sealed. */
  altered: string[];
  /** Of checked days: what was among the objects, with names that they do not have, when the day was sealed. */
  foreign: string[];
  /** Checked days for which entries were stored after they were sealed, which no manifest has sealed yet. */
  addenda: { day: string; objects: number }[];
  /** Days without a manifest: of the span that was asked for, else between the first sealed day and the last. */
  unsealed: string[];
  damages: Damage[];
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
  readonly #links: Link[] = [];
  /** Keys of manifests that are there and cannot be trusted: reported once, where they are read. */
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
      differs: 0,
      altered: [],
      foreign: [],
      addenda: [],
      unsealed: [],
      damages: [],
    };
  }

  async run(): Promise<void> {
    const { source, head } = this.#settings;
    const manifests = await this.#manifests();
    const days = Map.groupBy(manifests, ({ day }) => day);
    let done = 0;
    for (const [day, revisions] of days) {
      const { objects, bytes } = this.report;
      this.#limits.onProgress?.({ days: done, daysTotal: days.size, day, objects, bytes });
      await this.#checkManifests(day, revisions);
      done += 1;
    }
    const chain = checkChain(this.#links, { source, head, unreadable: this.#unreadable });
    for (const { kind, key, problem } of chain.damages) this.#damaged(kind, key, problem);
    if (chain.newest !== undefined) {
      const { day, sequence, sha256 } = chain.newest;
      this.report.head = { day, sequence, sha256 };
    }
    this.report.unsealed = this.#unsealedDays([...days.keys()]);
  }

  async #manifests(): Promise<SealedRevision[]> {
    const { source } = this.#settings;
    const found: SealedRevision[] = [];
    for await (const { key } of this.#store.list(manifestsPrefix(source))) {
      const parsed = parseManifestKey(source, key);
      if (parsed === undefined) {
        this.#damaged("object_added", key, "it is not named as a manifest is");
      } else {
        found.push(parsed);
      }
    }
    return inOrder(found);
  }

  /** All manifests of a day, oldest first; the newest says what is to be there. */
  async #checkManifests(day: string, revisions: readonly SealedRevision[]): Promise<void> {
    let before: Manifest | undefined;
    for (const { revision } of revisions) {
      const manifest = await this.#readManifest(day, revision);
      if (before !== undefined && manifest !== undefined) this.#checkKept(before, manifest);
      before = manifest;
    }
    if (before !== undefined && this.#isAskedFor(day)) {
      await this.#checkDay(before);
    }
  }

  /** An addendum adds: what was sealed before it stays sealed. */
  #checkKept(before: Manifest, after: Manifest): void {
    const kept = new Map(objectsOf(after).map(({ key, sha256 }) => [key, sha256]));
    for (const { key, sha256 } of objectsOf(before)) {
      if (kept.get(key) !== sha256) {
        const problem = `it was sealed with ${before.day}, and revision ${after.revision} of the day has it no more`;
        this.#damaged("object_dropped", key, problem);
      }
    }
  }

  #isAskedFor(day: string): boolean {
    const { from = day, to = day } = this.#settings;
    return from <= day && day <= to;
  }

  /** @returns nothing when the manifest cannot be trusted, which is then reported */
  async #readManifest(day: string, revision: number): Promise<Manifest | undefined> {
    const { source, publicKey } = this.#settings;
    const key = manifestKey(source, day, revision);
    const bytes = await this.#get(key);
    try {
      const manifest = parseManifest(key, bytes);
      const { sequence, previous, amends } = manifest;
      this.#links.push({ day, revision, sequence, previous, amends, sha256: hashOf(bytes) });
      this.report.manifests += 1;
      if (publicKey !== undefined) {
        await this.#checkSignature(publicKey, signatureKey(source, day, revision), bytes);
      }
      return manifest;
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      this.#unreadable.add(key);
      this.#damaged("manifest_unreadable", key, error.problem);
      return undefined;
    }
  }

  async #checkSignature(publicKey: KeyObject, key: string, manifest: Uint8Array): Promise<void> {
    const signature = await this.#getIfThere(key);
    if (signature === undefined) {
      this.#damaged("signature_missing", key, "the manifest has no signature");
    } else if (isSignedBy(publicKey, manifest, signature)) {
      this.report.signatures += 1;
    } else {
      const problem = "the manifest as it is now was not signed with this key";
      this.#damaged("signature_wrong", key, problem);
    }
  }

  async #checkDay(manifest: Manifest): Promise<void> {
    const { source, day, hours } = manifest;
    const sealed = new Map(objectsOf(manifest).map((object) => [object.key, object]));
    const foreign = new Set(hours.flatMap(({ foreign }) => foreign.map(({ key }) => key)));
    const found = new Set<string>();
    const added: string[] = [];
    for (const prefix of [PREFIXES.auditLogs, PREFIXES.quarantine]) {
      for await (const { key } of this.#store.list(dayPrefix(prefix, source, day))) {
        found.add(key);
        if (!sealed.has(key) && !foreign.has(key)) added.push(key);
      }
    }
    await this.#judgeAdded(manifest, added);
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
    this.report.differs += manifest.differs;
    this.report.altered.push(...objects.filter(({ altered }) => altered).map(({ key }) => key));
    this.report.foreign.push(...foreign);
    if (!isReconciled(manifest)) {
      this.report.unreconciled.push(day);
    }
  }

  /** What came after the seal is an addendum when it was noted as one, and names as objects are named. */
  async #judgeAdded({ source, day, revision }: Manifest, added: readonly string[]): Promise<void> {
    const isNoted = (await this.#getIfThere(addendumKey(source, day, revision + 1))) !== undefined;
    const objects = added.filter((key) => isNoted && contentHashOf(key) !== undefined);
    for (const key of added) {
      if (!objects.includes(key)) {
        this.#damaged("object_added", key, "it was not there when the day was sealed");
      }
    }
    if (objects.length > 0) this.report.addenda.push({ day, objects: objects.length });
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

function objectsOf({ hours }: Manifest): SealedObject[] {
  return hours.flatMap(({ objects, quarantine }) => [...objects, ...quarantine]);
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
