import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { entryOfText, type WireEntry } from "../../fake-slack/entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { openArchive } from "../fakes/open-archive.ts";

/** An empty directory, gone after the test. */
export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lake [*]?'"));
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
    entries
      .map((entry) => (typeof entry === "string" ? entryOfText(entry) : entry))
      .map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) }))
      .reverse(),
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
export async function openLakeOfObject(body: Uint8Array): Promise<LakeDatabase> {
  const directory = await makeDirectory();
  await mkdir(join(directory, OBJECT, ".."), { recursive: true });
  await writeFile(join(directory, OBJECT), body);
  const lake = await openLake(directory);
  onTestFinished(() => lake.close());
  return lake;
}

/** Where `openLakeOfObject` puts it. */
export const OBJECT = "audit_logs/source=slack/dt=2026-03-02/hour=09/1.json.gz";

/** The same for an object with these lines, whatever they hold. */
export async function openLakeOfLines(lines: readonly string[]): Promise<LakeDatabase> {
  return openLakeOfObject(gzipSync(lines.map((line) => `${line}\n`).join("")));
}
