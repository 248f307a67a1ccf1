import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  CheckpointFileError,
  SqliteCheckpointStore,
} from "../../lib/local/sqlite-checkpoint-store.ts";
import { LeaseLostError } from "../../lib/ports.ts";
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

describeCheckpointStore("SQLite", () => store);

/** Another process that holds the lease until it is killed. */
async function startHolder(owner: string) {
  const holder = fork(new URL("./hold-lease.ts", import.meta.url), [
    directory,
    JSON.stringify(leaseOf(owner)),
    String(NOW_MS),
  ]);
  await once(holder, "message");
  return {
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

it("waits for the expiry of a lease whose holder could not lock", async () => {
  const slow = new SqliteCheckpointStore(directory);
  await slow.acquire("acme", leaseOf("slow"), NOW_MS);
  const next = { owner: "next", expiresAt: NOW_MS + 120_000 };
  expect(await store.acquire("acme", next, NOW_MS + 60_000)).toMatchObject({ held: true });
  slow.close();

  const third = new SqliteCheckpointStore(directory);
  expect(await third.acquire("acme", leaseOf("third"), NOW_MS + 60_001)).toMatchObject({
    held: false,
    heldBy: next,
  });
  await store.save("acme", next, CHECKPOINT, NOW_MS + 60_002);
  third.close();
});

it("frees the lock of an owner that lost its lease", async () => {
  const second = new SqliteCheckpointStore(directory);
  await store.acquire("acme", leaseOf("first"), NOW_MS);
  await second.acquire("acme", leaseOf("second"), NOW_MS + 60_000);
  await expect(store.save("acme", leaseOf("first"), CHECKPOINT, NOW_MS)).rejects.toThrow(
    LeaseLostError,
  );
  await second.release("acme", "second", NOW_MS);
  await second.acquire("acme", leaseOf("third"), NOW_MS);
  second.close();
  expect(await store.acquire("acme", leaseOf("fourth"), NOW_MS)).toMatchObject({ held: true });
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
