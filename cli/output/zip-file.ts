import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { writePieces, writeWhole } from "./result-file.ts";

/**
 * Write a ZIP file that is there whole or not at all, readable only by its owner. One of its
 * files is in memory at a time.
 *
 * @param option - by which the path was given
 * @param at - the time that the files in it have
 * @throws {UsageError} as `writeWhole`
 */
export async function writeZip(
  path: string,
  option: string,
  files: AsyncIterable<{ path: string; bytes: Uint8Array }>,
  at: Date,
): Promise<void> {
  await writeWhole(path, (partial) => writePieces(partial, zipped(files, at)), option);
}

async function* zipped(
  files: AsyncIterable<{ path: string; bytes: Uint8Array }>,
  at: Date,
): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for await (const { path, bytes } of files) {
    const file = path.endsWith(".gz") ? new ZipPassThrough(path) : new ZipDeflate(path);
    file.mtime = at;
    zip.add(file);
    file.push(bytes, true);
    yield* pieces.splice(0);
  }
  zip.end();
  yield* pieces;
}
