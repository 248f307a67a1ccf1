import type { KeyObject } from "node:crypto";
import { ArchiveObjectError, describeUnreadable } from "../archive/archive-object.ts";
import { contentHashOf, PREFIXES, sourcePrefix } from "../archive/object-key.ts";
import {
  inOrder,
  listAddenda,
  listSigned,
  manifestKey,
  manifestsPrefix,
  parseManifestKey,
  type SealedRevision,
  signatureKey,
} from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../time.ts";
import { checkAddenda } from "./check-addenda.ts";
import { checkChain, type Link } from "./check-chain.ts";
import { checkDay } from "./check-day.ts";
import { type CheckLimits, checkByName, getIfThere } from "./check-objects.ts";
import type { DamageKind } from "./damage.ts";
import {
  foreignIn,
  hashOf,
  IDS_NAMED_MAX,
  isReconciled,
  type Manifest,
  ManifestError,
  objectsOf,
  parseManifest,
} from "./manifest.ts";
import { isSignedBy } from "./signature.ts";
import type { VerifyLimits, VerifyReport } from "./verify-report.ts";

export interface VerifySettings {
  source: string;
  /** Days whose objects are checked, UTC, both included. The chain is always checked whole. */
  from?: string | undefined;
  to?: string | undefined;
  /** SHA-256 of a manifest, hex, that was noted down outside the archive. */
  head?: string | undefined;
  /** The newest manifest as the checkpoint of the seal has it. */
  sealed?:
    | { day: string; sequence: number; sha256: string; revision?: number | undefined }
    | undefined;
  publicKey?: KeyObject | undefined;
}

/**
 * Check an archive against its manifests: every object of each sealed day, the
 * chain, and the signatures. Reads only; needs neither Slack nor the checkpoints,
 * but knows by them what was sealed last.
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

  /** Days whose newest manifest says what is to be there. */
  readonly #described = new Set<string>();

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
      onlyInArchive: 0,
      twice: 0,
      differs: 0,
      onlyInArchiveIds: [],
      twiceIds: [],
      differsIds: [],
      altered: [],
      foreign: [],
      addenda: [],
      unsealed: [],
      unsealedObjects: 0,
      damages: [],
    };
  }

  async run(): Promise<void> {
    const { source, head, sealed } = this.#settings;
    // Before the manifests, so that a seal meanwhile is no damage.
    const signed = await listSigned(this.#store, source);
    const notes = await listAddenda(this.#store, source);
    const manifests = await this.#manifests();
    const days = Map.groupBy(manifests, ({ day }) => day);
    let done = 0;
    for (const [day, revisions] of days) {
      const { objects, bytes } = this.report;
      this.#limits.onProgress?.({ days: done, daysTotal: days.size, day, objects, bytes });
      await this.#checkManifests(day, revisions);
      done += 1;
    }
    const [links, unreadable] = [this.#links, this.#unreadable];
    const chain = checkChain(links, { source, head, sealed, unreadable });
    const addenda = await checkAddenda(this.#store, { source, notes, links, unreadable });
    for (const { kind, key, problem } of [...chain.damages, ...addenda]) {
      this.#damaged(kind, key, problem);
    }
    this.#checkSigned(signed, manifests);
    await this.#checkUnsealed();
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
        this.#damaged("path_unknown", key, "it is not named as a manifest is; nothing reads it");
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
    if (before === undefined) return;
    this.#described.add(day);
    this.report.foreign.push(...foreignIn(before).map(({ key }) => key));
    if (this.#isAskedFor(day)) await this.#checkObjects(before);
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
    this.#limits.signal?.throwIfAborted();
    try {
      const bytes = await this.#store.get(key);
      const manifest = parseManifest(key, bytes);
      const { sequence, previous, amends } = manifest;
      this.#links.push({ day, revision, sequence, previous, amends, sha256: hashOf(bytes) });
      this.report.manifests += 1;
      if (publicKey !== undefined) {
        await this.#checkSignature(publicKey, signatureKey(source, day, revision), bytes);
      }
      return manifest;
    } catch (error) {
      if (!(error instanceof ManifestError || error instanceof ArchiveObjectError)) throw error;
      this.#unreadable.add(key);
      this.#damaged("manifest_unreadable", key, error.problem);
      return undefined;
    }
  }

  async #checkSignature(publicKey: KeyObject, key: string, manifest: Uint8Array): Promise<void> {
    const signature = await getIfThere(this.#store, key);
    if (signature === undefined) {
      this.#damaged("signature_missing", key, "the manifest has no signature");
    } else if (signature instanceof ArchiveObjectError) {
      this.#damaged("signature_wrong", key, describeUnreadable(signature));
    } else if (isSignedBy(publicKey, manifest, signature)) {
      this.report.signatures += 1;
    } else {
      const problem = "the manifest as it is now was not signed with this key";
      this.#damaged("signature_wrong", key, problem);
    }
  }

  async #checkObjects(manifest: Manifest): Promise<void> {
    const { day } = manifest;
    const { report } = this;
    const checked = await checkDay(this.#store, manifest, this.#checkLimits);
    report.days += 1;
    report.objects += checked.objects;
    report.entries += checked.entries;
    report.bytes += checked.bytes;
    report.onlyInArchive += manifest.only_in_archive;
    report.twice += manifest.twice;
    report.differs += manifest.differs;
    for (const hour of manifest.hours) {
      addFirst(report.onlyInArchiveIds, hour.only_in_archive_ids);
      addFirst(report.twiceIds, hour.twice_ids);
      addFirst(report.differsIds, hour.differs_ids);
    }
    report.altered.push(...checked.altered);
    if (checked.addenda > 0) report.addenda.push({ day, objects: checked.addenda });
    if (!isReconciled(manifest)) report.unreconciled.push(day);
  }

  /** Objects of days without a manifest, or with one that cannot be trusted. */
  async #checkUnsealed(): Promise<void> {
    const { source } = this.#settings;
    const keys: string[] = [];
    for (const prefix of [PREFIXES.auditLogs, PREFIXES.quarantine]) {
      for await (const { key } of this.#store.list(sourcePrefix(prefix, source))) {
        const day = /\/dt=([^/]+)/.exec(key)?.[1] ?? "";
        const isChecked = contentHashOf(key) !== undefined && this.#isAskedFor(day);
        if (isChecked && !this.#described.has(day)) keys.push(key);
      }
    }
    this.report.unsealedObjects = await checkByName(this.#store, keys, this.#checkLimits);
  }

  get #checkLimits(): CheckLimits {
    const { signal } = this.#limits;
    return { signal, onDamage: (kind, key, problem) => this.#damaged(kind, key, problem) };
  }

  /** What is signed was sealed. */
  #checkSigned(signed: readonly SealedRevision[], manifests: readonly SealedRevision[]): void {
    const { source } = this.#settings;
    const keyOf = ({ day, revision }: SealedRevision) => manifestKey(source, day, revision);
    const named = new Set([...manifests.map(keyOf), ...this.report.damages.map(({ key }) => key)]);
    for (const manifest of signed) {
      const key = keyOf(manifest);
      const problem = `${signatureKey(source, manifest.day, manifest.revision)} signs it`;
      if (!named.has(key)) this.#damaged("manifest_missing", key, problem);
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
}

function addFirst(ids: string[], more: readonly string[]): void {
  ids.push(...more.slice(0, IDS_NAMED_MAX - ids.length));
}
