import { ArchiveObjectError, decodeLines } from "../archive/archive-object.ts";
import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import { hashOf, type Manifest, type SealedObject } from "../seal/manifest.ts";
import { hashOfKeys } from "./columns-mark.ts";
import { DayDigest } from "./day-digest.ts";

/** What a day's columns must hold. */
export interface SealedLines {
  revision: number;
  entries: number;
  /** See `day-digest.ts`. */
  digest: string;
  /** See `hashOfKeys` in `columns-mark.ts`. */
  objects: string;
}

/** The lines of a sealed day cannot be had as they were sealed. */
export class SealedLinesError extends Error {
  override readonly name = "SealedLinesError";
  readonly code = "sealed_lines_changed";
}

/**
 * Read a sealed day's lines, each object compared with the day's manifest.
 * In memory are the lines of one object, and the hashes of one hour's.
 *
 * @throws {SealedLinesError} when an object is missing, or not what was sealed
 */
export async function readSealedLines(
  archive: ArchiveStore,
  manifest: Manifest,
): Promise<SealedLines> {
  const digest = new DayDigest();
  for (const { hour, objects } of manifest.hours) {
    await digest.addHour(hour, linesOf(archive, objects));
  }
  return {
    revision: manifest.revision,
    entries: manifest.archived,
    digest: digest.toHex(),
    objects: hashOfKeys(
      manifest.hours.flatMap(({ objects }) => objects.map(({ key }) => key)).sort(),
    ),
  };
}

async function* linesOf(
  archive: ArchiveStore,
  objects: readonly SealedObject[],
): AsyncGenerator<Uint8Array[]> {
  for (const { key, sha256 } of objects) {
    const body = await archive.get(key).catch((cause) => {
      if (cause instanceof ArchiveObjectError) throw new SealedLinesError(cause.message, { cause });
      if (!(cause instanceof ObjectMissingError)) throw cause;
      throw new SealedLinesError(`${key} is missing`, { cause });
    });
    if (hashOf(body) !== sha256) {
      throw new SealedLinesError(`${key} is not what was sealed`);
    }
    yield await decodeLines(key, body);
  }
}
