import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  CheckpointFileError,
  SqliteCheckpointStore,
} from "../../lib/local/sqlite-checkpoint-store.ts";
import { describeCheckpointStore } from "../contracts/checkpoint-store-contract.ts";

const NOW_MS = 1_700_000_000_000;
const leaseOf = (owner: string) => ({ owner, expiresAt: NOW_MS + 60_000 });
const CHECKPOINT = { start: 0, watermark: 1_700_000_000, entriesPerSecond: 2.5 };

let directory: string;
let store: SqliteCheckpointStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "checkpoints-"));
  store = new SqliteCheckpointStore(directory);
});
afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true });
});

describeCheckpointStore("SQLite", () => store, { seesTheLiving: true });

/** Another process that holds the lease until it is killed. */
async function startHolder(owner: string) {
  const holder = fork(new URL("./hold-lease.ts", import.meta.url), [
    directory,
    JSON.stringify(leaseOf(owner)),
    String(NOW_MS),
  ]);
  await once(holder, "message");
  return {
    stop: () => holder.kill("SIGSTOP"),
    async kill() {
      holder.kill("SIGKILL");
      await once(holder, "exit");
    },
  };
}

it("takes the lease of a killed process over before it expires", async () => {
  const holder = await startHolder("first");
  expect(await store.acquire("acme", leaseOf("second"), NOW_MS)).toEqual({
    held: false,
    heldBy: leaseOf("first"),
  });
  await holder.kill();
  expect(await store.acquire("acme", leaseOf("second"), NOW_MS)).toEqual({
    held: true,
    checkpoint: CHECKPOINT,
  });
});

it("takes the lease over when its holder closed the store without releasing it", async () => {
  const other = new SqliteCheckpointStore(directory);
  await other.acquire("acme", leaseOf("first"), NOW_MS);
  expect(await store.acquire("acme", leaseOf("second"), NOW_MS)).toMatchObject({ held: false });
  other.close();
  expect(await store.acquire("acme", leaseOf("second"), NOW_MS)).toMatchObject({ held: true });
});

it("leaves the lease and the claim of a process that was stopped to it, however late it is", async () => {
  const holder = await startHolder("first");
  holder.stop();
  const muchLater = NOW_MS + 86_400_000;
  const next = { owner: "second", expiresAt: muchLater + 60_000 };
  expect(await store.acquire("acme", next, muchLater)).toEqual({
    held: false,
    heldBy: leaseOf("first"),
  });
  await store.acquire("acme#import", next, muchLater);
  const claim = { ...next, writer: "acme#import", range: { from: 0, until: 10 } };
  expect(await store.claim("acme", claim, muchLater)).toMatchObject({ claimed: false });
  await holder.kill();
  expect(await store.claim("acme", claim, muchLater)).toEqual({ claimed: true });
  expect(await store.acquire("acme", next, muchLater)).toMatchObject({ held: true });
});

it("takes the claim of a killed process over before it expires", async () => {
  const holder = await startHolder("first");
  const claim = { ...leaseOf("second"), writer: "acme#import", range: { from: 0, until: 10 } };
  await store.acquire("acme#import", leaseOf("second"), NOW_MS);
  expect(await store.claim("acme", claim, NOW_MS)).toMatchObject({ claimed: false });
  await holder.kill();
  expect(await store.claim("acme", claim, NOW_MS)).toEqual({ claimed: true });
  expect(await store.claims("acme")).toEqual([claim]);
});

it("says that another process is in the middle of a write, and what to do", async () => {
  const impatient = new SqliteCheckpointStore(directory, { busyTimeoutMs: 1 });
  const stopped = new DatabaseSync(join(directory, "checkpoints.sqlite"));
  stopped.exec("BEGIN EXCLUSIVE");
  expect(() => new SqliteCheckpointStore(directory, { busyTimeoutMs: 1 })).toThrow(/try again/);
  await expect(impatient.acquire("acme", leaseOf("one"), NOW_MS)).rejects.toThrow(
    /locked by another process.*try again/,
  );
  stopped.exec("ROLLBACK");
  stopped.close();
  expect(await impatient.acquire("acme", leaseOf("one"), NOW_MS)).toMatchObject({ held: true });
  impatient.close();
});

it("holds the leases of several sources at once, whatever their names", async () => {
  for (const source of ["acme", "globex", "acme#1700000000-1700003600", "../../acme"]) {
    expect(await store.acquire(source, leaseOf("one"), NOW_MS)).toMatchObject({ held: true });
    expect(await store.acquire(source, leaseOf("two"), NOW_MS)).toMatchObject({ held: false });
  }
  expect(await readdir(join(directory, ".locks"))).toHaveLength(4);
  expect(await store.sources()).toEqual(["../../acme", "acme", "globex"]);
});

it("keeps checkpoints when it is opened again", async () => {
  await store.acquire("acme", leaseOf("one"), NOW_MS);
  await store.save("acme", leaseOf("one"), CHECKPOINT, NOW_MS + 1);
  await store.release("acme", "one", NOW_MS + 2);
  store.close();
  store = new SqliteCheckpointStore(directory);
  expect(await store.read("acme")).toEqual({
    checkpoint: CHECKPOINT,
    lease: undefined,
    updatedAt: NOW_MS + 2,
  });
});

it("refuses a file that is not a database", async () => {
  await writeFile(join(directory, "checkpoints.sqlite"), "not a database".repeat(100));
  expect(() => new SqliteCheckpointStore(directory)).toThrow(CheckpointFileError);
  expect(() => new SqliteCheckpointStore(directory)).toThrow(/checkpoints\.sqlite.*not a database/);
});

it("says that the disk is full, though SQLite has rolled back by itself", async () => {
  const exec = DatabaseSync.prototype.exec;
  const full = Object.assign(new Error("database or disk is full"), { errcode: 13 });
  vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql) {
    if (sql !== "COMMIT") return exec.call(this, sql);
    exec.call(this, "ROLLBACK");
    throw full;
  });

  await expect(store.acquire("acme", leaseOf("first"), NOW_MS)).rejects.toBe(full);
});
