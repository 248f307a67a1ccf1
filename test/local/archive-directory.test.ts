import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  findArchiveAround,
  findArchivesBelow,
  isArchive,
  sourcesIn,
} from "../../lib/local/archive-directory.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import type { Checkpoint } from "../../lib/ports.ts";
import { temporaryDirectory } from "../cli/temporary-directory.ts";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});

const head = { day: "2026-05-01", sequence: 1, sha256: "00" };

async function saveCheckpoint(writer: string, checkpoint: Checkpoint | undefined): Promise<void> {
  const lease = { owner: "a", expiresAt: 2 };
  const checkpoints = new SqliteCheckpointStore(root);
  await checkpoints.acquire(writer, lease, 1);
  if (checkpoint !== undefined) await checkpoints.save(writer, lease, checkpoint, 1);
  await checkpoints.release(writer, lease.owner, 1);
  checkpoints.close();
}

const make = (...path: string[]) => mkdir(join(root, ...path), { recursive: true });

describe("an archive", () => {
  it.each([
    ["objects", ["audit_logs/source=acme/dt=2026-05-01"], ["acme"]],
    ["manifests alone", ["manifests/source=acme"], ["acme"]],
    ["two sources", ["audit_logs/source=zeta", "quarantine/source=acme"], ["acme", "zeta"]],
  ])("is a directory with %s", async (_what, folders, sources) => {
    for (const folder of folders) await make(folder);

    expect(await isArchive(root)).toBe(true);
    expect(await sourcesIn(root)).toEqual(sources);
  });

  it.each([
    ["a run that found nothing", "acme", { start: 10, watermark: 20 }],
    ["a sealed day", "acme#close", { start: 10, watermark: 10, closing: { head, hours: {} } }],
  ])("is a directory with checkpoints of %s", async (_what, writer, progress) => {
    await saveCheckpoint(writer, { entriesPerSecond: 0, ...progress });

    expect(await isArchive(root)).toBe(true);
    expect(await sourcesIn(root)).toEqual(["acme"]);
  });

  it.each([
    ["that never got anywhere", { start: 10, watermark: 10, entriesPerSecond: 0 }],
    ["that was refused at once", undefined],
  ])("is not one with checkpoints of a run %s", async (_what, checkpoint) => {
    await saveCheckpoint("slcak", checkpoint);

    expect(await isArchive(root)).toBe(false);
    expect(await sourcesIn(root)).toEqual([]);

    await make("audit_logs/source=slack");
    expect(await sourcesIn(root)).toEqual(["slack"]);
  });

  it.each([[[]], [["manifests/deployment"]], [["audit_logs"]], [["source=acme"]]])(
    "is not one with %j alone",
    async (folders: string[]) => {
      for (const folder of folders) await make(folder);

      expect(await isArchive(root)).toBe(false);
      expect(await sourcesIn(root)).toEqual([]);
    },
  );
});

describe("a search", () => {
  it("finds those below, as deep as it is asked to, but none within one", async () => {
    await make("a/audit_logs/source=slack/audit_logs/source=inner");
    await make("b/c/d/audit_logs/source=slack");
    await make("b/c/d2/e/audit_logs/source=slack");

    expect(await findArchivesBelow(root, 1)).toEqual([join(root, "a")]);
    expect(await findArchivesBelow(root, 3)).toEqual([join(root, "a"), join(root, "b/c/d")]);
  });

  it("finds the one that the directory is part of", async () => {
    await make("audit_logs/source=slack/dt=2026-05-01");

    expect(await findArchiveAround(join(root, "audit_logs/source=slack"))).toBe(root);
    expect(await findArchiveAround(root)).toBeUndefined();
  });

  it("follows no links, and passes over files", async () => {
    await make("a");
    await symlink(root, join(root, "a/loop"));
    await writeFile(join(root, "audit_logs"), "");

    expect(await findArchivesBelow(root, 3)).toEqual([]);
    expect(await findArchivesBelow(join(root, "audit_logs"), 3)).toEqual([]);
  });

  it("reads a thousand directories at most", async () => {
    await Promise.all(Array.from({ length: 1100 }, (_, i) => make(`${1000 + i}`)));
    await make("2099/archive/audit_logs/source=slack");

    expect(await findArchivesBelow(root, 3)).toEqual([]);
  });
});
