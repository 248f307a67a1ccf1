import { decodeLines } from "../archive/archive-object.ts";
import { hourPrefix, parseObjectKey } from "../archive/object-key.ts";
import { readIfThere } from "../archive/read-if-there.ts";
import { manifestKey, newestRevision, signatureKey } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { hashOf, objectsOf, parseManifest } from "../seal/manifest.ts";
import { dayOf } from "../time.ts";
import { evidenceReadme } from "./evidence-readme.ts";
import type { TrailData, TrailEntry } from "./trail.ts";

/** A file of the bundle. */
export interface EvidenceFile {
  path: string;
  bytes: Uint8Array;
}

/** An entry of the trail is not in the archive as SQL has read it. */
class EvidenceError extends Error {
  override readonly name = "EvidenceError";
  readonly code = "evidence_incomplete";
}

/**
 * The bundle of a case: the page, the entries byte for byte, the objects that hold them as they are
 * stored, the newest manifest of each of their sealed days with its signature, and how to verify
 * all of it with openssl, sha256sum and gzip. One object is in memory at a time.
 *
 * @throws {EvidenceError} when an entry is in no object
 */
export async function* evidenceOf(
  data: TrailData,
  page: string,
  store: ArchiveStore,
): AsyncGenerator<EvidenceFile> {
  const sums: string[] = [];
  const withSum = (path: string, bytes: Uint8Array): EvidenceFile => {
    sums.push(`${hashOf(bytes)}  ${path}\n`);
    return { path, bytes };
  };
  yield withSum("report.html", Buffer.from(page));

  const days = new Map<string, Set<string>>();
  const lines: Uint8Array[] = [];
  for (const [hour, entries] of Map.groupBy(data.entries, hourOfEntry)) {
    const wanted = new Map(entries.map((entry) => [entry.line, entry]));
    for await (const { key } of store.list(hour)) {
      const name = parseObjectKey(key);
      if (name === undefined || wanted.size === 0) continue;
      const body = await store.get(key);
      const held = (await decodeLines(key, body)).filter((line) =>
        wanted.delete(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString()),
      );
      if (held.length === 0) continue;
      for (const line of held) lines.push(Buffer.from(line), NEWLINE);
      const day = `${name.source}/${dayOf(name.minDateCreate)}`;
      days.set(day, (days.get(day) ?? new Set()).add(key));
      yield withSum(key, body);
    }
    const [missing] = wanted.values();
    if (missing !== undefined) {
      throw new EvidenceError(
        `no object of ${hour} holds the entry ${missing.id}: run "audit-lake verify", then try again`,
      );
    }
  }
  yield withSum("entries.ndjson", Buffer.concat(lines));

  const unsealed: string[] = [];
  for (const [of, keys] of days) {
    const [source = "", day = ""] = of.split("/");
    const revision = await newestRevision(store, source, day);
    const key = manifestKey(source, day, revision);
    const bytes = revision === 0 ? undefined : await store.get(key);
    const sealed = new Set(
      bytes === undefined ? [] : objectsOf(parseManifest(key, bytes)).map((object) => object.key),
    );
    unsealed.push(...[...keys].filter((object) => !sealed.has(object)));
    if (bytes === undefined) continue;
    yield withSum(key, bytes);
    const signatureAt = signatureKey(source, day, revision);
    const signature = await readIfThere(store, signatureAt);
    if (signature !== undefined) yield withSum(signatureAt, signature);
  }
  yield withSum("unsealed.txt", Buffer.from(unsealed.map((key) => `${key}\n`).join("")));
  yield withSum("README.md", Buffer.from(evidenceReadme(data)));
  yield { path: "SHA256SUMS", bytes: Buffer.from(sums.join("")) };
}

const NEWLINE = Buffer.from("\n");

function hourOfEntry({ source, dateCreate }: TrailEntry): string {
  return hourPrefix(source, dateCreate);
}
