import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { entryOfText, MONDAY_MORNING, type WireEntry } from "../../fake-slack/entries.ts";
import { hashLines } from "../../lib/archive/archive-object.ts";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { openArchive } from "../fakes/open-archive.ts";

/** An empty directory, gone after the test. */
export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lake-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** An archive in a directory, written as a run writes it. Each id is stored once. */
export async function writeArchive(
  directory: string,
  entries: readonly (WireEntry | string)[],
): Promise<void> {
  const archive = openArchive(new DirectoryArchiveStore(directory), "slack");
  await archive.store(
    new ListedEntries(
      entries
        .map((entry) => (typeof entry === "string" ? entryOfText(entry) : entry))
        .map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) }))
        .reverse(),
    ),
  );
}

/** The database over such an archive. */
export async function openLakeOf(
  ...entries: readonly (WireEntry | string)[]
): Promise<LakeDatabase> {
  const directory = await makeDirectory();
  await writeArchive(directory, entries);
  const lake = await openLake(directory);
  onTestFinished(() => lake.close());
  return lake;
}

/** The database over an archive of one object: 2026-03-02, 9 o'clock. */
export async function openLakeOfObject(body: Uint8Array, key = OBJECT): Promise<LakeDatabase> {
  const directory = await makeDirectory();
  await mkdir(join(directory, key, ".."), { recursive: true });
  await writeFile(join(directory, key), body);
  const lake = await openLake(directory);
  onTestFinished(() => lake.close());
  return lake;
}

/** Where `openLakeOfObject` puts what is no object. */
export const OBJECT = keyOf("0123456789abcdef");

/** The same for an object with these lines, whatever they hold. */
export async function openLakeOfLines(lines: readonly string[]): Promise<LakeDatabase> {
  const texts = lines.map((line) => Buffer.from(line));
  return openLakeOfObject(
    gzipSync(Buffer.concat(texts.map((text) => Buffer.concat([text, Buffer.from("\n")])))),
    keyOf(hashLines(texts)),
  );
}

function keyOf(hash: string): string {
  return toObjectKey({
    source: "slack",
    minDateCreate: MONDAY_MORNING,
    maxDateCreate: MONDAY_MORNING + 3599,
    hash,
  });
}
