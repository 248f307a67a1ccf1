/**
 * Names of what is sealed. A day's first manifest is
 * `manifests/source=<source>/dt=YYYY-MM-DD.json`, its second `dt=YYYY-MM-DD.2.json`
 * and so on: what is stored for a day after it was sealed is an addendum, and a
 * later manifest of the same day seals it (docs/adr/0015-addenda.md).
 */
import { createHash } from "node:crypto";
import type { ArchiveStore } from "../ports.ts";
import type { WriteGuard } from "./archive.ts";
import { ArchiveObjectError } from "./archive-object.ts";
import { PREFIXES } from "./object-key.ts";
import { readIfThere } from "./read-if-there.ts";

export function manifestsPrefix(source: string): string {
  return `${PREFIXES.manifests}source=${source}/`;
}

/**
 * @param day - UTC, `YYYY-MM-DD`
 * @param revision - 1 for the first manifest of the day
 */
export function manifestKey(source: string, day: string, revision = 1): string {
  return `${manifestsPrefix(source)}${revisionName(day, revision)}.json`;
}

/** Key of the signature of a manifest. */
export function signatureKey(source: string, day: string, revision = 1): string {
  return `${PREFIXES.signatures}source=${source}/${revisionName(day, revision)}.sig`;
}

/** What has a signature, in the order of the keys. */
export async function listSigned(store: ArchiveStore, source: string): Promise<SealedRevision[]> {
  const signed: SealedRevision[] = [];
  for await (const { key } of store.list(`${PREFIXES.signatures}source=${source}/`)) {
    const name = key
      .split("/")
      .at(-1)
      ?.replace(/\.sig$/, ".json");
    const manifest = parseManifestKey(source, manifestsPrefix(source) + name);
    if (manifest !== undefined && key === signatureKey(source, manifest.day, manifest.revision)) {
      signed.push(manifest);
    }
  }
  return signed;
}

/** @returns nothing when the key is not a manifest's of the source */
export function parseManifestKey(
  source: string,
  key: string,
): { day: string; revision: number } | undefined {
  const [, day, number = "1"] = /\/dt=(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.json$/.exec(key) ?? [];
  if (day === undefined) return undefined;
  const revision = Number(number);
  return key === manifestKey(source, day, revision) ? { day, revision } : undefined;
}

/** A manifest that is there. */
export interface SealedRevision {
  day: string;
  revision: number;
}

/** All manifests of a source, ascending by day, then by revision. */
export async function listManifests(
  store: ArchiveStore,
  source: string,
): Promise<SealedRevision[]> {
  const found: SealedRevision[] = [];
  for await (const { key } of store.list(manifestsPrefix(source))) {
    const parsed = parseManifestKey(source, key);
    if (parsed !== undefined) found.push(parsed);
  }
  return inOrder(found);
}

/** Ascending by day, then by revision. */
export function inOrder(manifests: readonly SealedRevision[]): SealedRevision[] {
  return manifests.toSorted((a, b) =>
    a.day === b.day ? a.revision - b.revision : a.day < b.day ? -1 : 1,
  );
}

/** Days that have a manifest, UTC, `YYYY-MM-DD`, ascending. */
export async function sealedDays(store: ArchiveStore, source: string): Promise<string[]> {
  return [...new Set((await listManifests(store, source)).map(({ day }) => day))];
}

/** @returns the newest revision of the day's manifest; 0 when the day is not sealed */
export async function newestRevision(
  store: ArchiveStore,
  source: string,
  day: string,
): Promise<number> {
  let newest = 0;
  for await (const { key } of store.list(`${manifestsPrefix(source)}dt=${day}.`)) {
    newest = Math.max(newest, parseManifestKey(source, key)?.revision ?? 0);
  }
  return newest;
}

function addendaPrefix(source: string): string {
  return `${PREFIXES.addenda}source=${source}/`;
}

/**
 * Key of the note that says: entries are stored for a sealed day, and the
 * manifest with this revision is to seal them.
 */
export function addendumKey(source: string, day: string, revision: number): string {
  return `${addendaPrefix(source)}${revisionName(day, revision)}.json`;
}

/** The note's content, always the same for the same manifest. */
interface Addendum {
  source: string;
  day: string;
  /** Of the manifest that is to seal it. */
  revision: number;
  /** SHA-256 of the newest manifest of the day when the note was written, hex. */
  amends: string;
}

export function encodeAddendum({ source, day, revision, amends }: Addendum): Uint8Array {
  return Buffer.from(`${JSON.stringify({ version: 1, source, day, revision, amends })}\n`);
}

/** All notes of a source, by the manifests that are to seal them, in the order of their keys. */
export async function listAddenda(store: ArchiveStore, source: string): Promise<SealedRevision[]> {
  const notes: SealedRevision[] = [];
  for await (const { key } of store.list(addendaPrefix(source))) {
    const note = parseManifestKey(source, manifestsPrefix(source) + key.split("/").at(-1));
    if (note !== undefined && key === addendumKey(source, note.day, note.revision)) {
      notes.push(note);
    }
  }
  return notes;
}

/** Days for which something was stored after they were sealed, and which no manifest has sealed yet. */
export async function daysWithAddenda(
  store: ArchiveStore,
  source: string,
  manifests: readonly SealedRevision[],
): Promise<string[]> {
  const newest = new Map(manifests.map(({ day, revision }) => [day, revision]));
  return (await listAddenda(store, source))
    .filter(({ day, revision }) => revision === (newest.get(day) ?? 0) + 1)
    .map(({ day }) => day)
    .sort();
}

/**
 * Note that a sealed day gets an addendum, before anything of it is stored.
 *
 * @param revision - the newest of the day's manifests
 */
export async function noteAddendum(
  store: ArchiveStore,
  guard: Pick<WriteGuard, "write">,
  source: string,
  { day, revision }: SealedRevision,
): Promise<void> {
  const { key, note } = await addendumTo(store, source, { day, revision });
  await guard.write(() => store.put(key, note));
}

/**
 * Whether the note is there that a sealed day gets an addendum: one that names another manifest says
 * nothing of it.
 *
 * @param revision - the newest of the day's manifests
 */
export async function isAddendumNoted(
  store: ArchiveStore,
  source: string,
  { day, revision }: SealedRevision,
): Promise<boolean> {
  const { key, note } = await addendumTo(store, source, { day, revision });
  const stored = await readIfThere(store, key).catch((error) => {
    if (error instanceof ArchiveObjectError) return undefined; // what cannot be read says nothing
    throw error;
  });
  return stored !== undefined && Buffer.compare(stored, note) === 0;
}

/** @param revision - of the manifest that it adds to */
async function addendumTo(
  store: ArchiveStore,
  source: string,
  { day, revision }: SealedRevision,
): Promise<{ key: string; note: Uint8Array }> {
  const manifest = await store.get(manifestKey(source, day, revision));
  const amends = createHash("sha256").update(manifest).digest("hex");
  const next = revision + 1;
  const note = encodeAddendum({ source, day, revision: next, amends });
  return { key: addendumKey(source, day, next), note };
}

function revisionName(day: string, revision: number): string {
  return revision === 1 ? `dt=${day}` : `dt=${day}.${revision}`;
}
