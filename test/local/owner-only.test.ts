import { readdirSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { makeDirectory } from "../sql/open-lake-of.ts";

/** Of everything below a directory, and of itself, octal. */
function modesIn(directory: string): Record<string, string> {
  const paths = ["", ...readdirSync(directory, { recursive: true }).map(String)];
  return Object.fromEntries(
    paths.map((path) => [path, (statSync(join(directory, path)).mode & 0o777).toString(8)]),
  );
}

/** Each path that others may read or write. */
function openToOthers(directory: string): string[] {
  return Object.entries(modesIn(directory)).flatMap(([path, mode]) =>
    mode.endsWith("00") ? [] : [`${path} ${mode}`],
  );
}

const CHECKPOINT = { start: 1, watermark: 2, entriesPerSecond: 0 };
const LEASE = { owner: "one", expiresAt: 1_000 };

// SQLite's own files inherit the mode of the database.
describe.each([0o000, 0o022, 0o077])("with umask %o", (umask) => {
  let before: number;
  let directory: string;

  beforeEach(async () => {
    before = process.umask(umask);
    directory = join(await makeDirectory(), "made", "archive");
  });
  afterEach(() => {
    process.umask(before);
  });

  it("an archive is its owner's alone", async () => {
    const store = new DirectoryArchiveStore(directory);
    await store.put("audit_logs/source=acme/x.json.gz", Buffer.from("body"));

    expect(openToOthers(join(directory, ".."))).toEqual([]);
    expect(modesIn(directory)).toMatchObject({
      "": "700",
      "audit_logs/source=acme": "700",
      "audit_logs/source=acme/x.json.gz": "600",
    });
  });

  it("a database of checkpoints, its journal and its locks are their owner's alone", async () => {
    const store = new SqliteCheckpointStore(directory);
    onTestFinished(() => store.close());
    await store.acquire("acme", LEASE, 0);
    await store.save("acme", LEASE, CHECKPOINT, 0);

    expect(openToOthers(join(directory, ".."))).toEqual([]);
    expect(Object.keys(modesIn(directory))).toEqual(
      expect.arrayContaining(["checkpoints.sqlite", ".locks"]),
    );
  });

  it("an archive that is there already goes on working as it is", async () => {
    await mkdir(join(directory, "audit_logs/source=acme"), { recursive: true, mode: 0o755 });
    await writeFile(join(directory, "audit_logs/source=acme/old.json.gz"), "old");
    const before = modesIn(directory);
    const store = new DirectoryArchiveStore(directory);

    expect(await store.put("audit_logs/source=acme/old.json.gz", Buffer.from("new"))).toBe(
      "exists",
    );
    expect(await store.put("audit_logs/source=acme/new.json.gz", Buffer.from("new"))).toBe(
      "created",
    );

    expect(modesIn(directory)).toMatchObject({
      ...before,
      "audit_logs/source=acme/new.json.gz": "600",
    });
  });
});
