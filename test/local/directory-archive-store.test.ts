import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ArchiveObjectError } from "../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { ObjectMissingError } from "../../lib/ports.ts";
import { describeArchiveStore } from "../contracts/archive-store-contract.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

let directory: string;
let store: DirectoryArchiveStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "archive-"));
  store = new DirectoryArchiveStore(directory);
});
afterEach(() => rm(directory, { recursive: true }));

async function keys(prefix: string): Promise<string[]> {
  return (await all(store.list(prefix))).map(({ key }) => key);
}

describeArchiveStore("a directory", () => store);

describe("put", () => {
  it("makes the object the file of that name", async () => {
    await store.put("audit_logs/a=1/x.gz", bytes("body"));
    expect(await readFile(join(directory, "audit_logs/a=1/x.gz"), "utf8")).toBe("body");
  });

  it("keeps the first body when many put one key at once", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.put("audit_logs/x", bytes(`body ${i}`))),
    );
    const winner = outcomes.indexOf("created");
    expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
    expect(await readFile(join(directory, "audit_logs/x"), "utf8")).toBe(`body ${winner}`);
  });

  it.each(["created", "exists"] as const)("leaves no unfinished file behind (%s)", async (last) => {
    await store.put("audit_logs/x", bytes("body"));
    const key = last === "exists" ? "audit_logs/x" : "audit_logs/y";
    expect(await store.put(key, bytes("body"))).toBe(last);
    expect(await readdir(join(directory, ".unfinished"))).toEqual([]);
  });

  it("leaves nothing behind when its signal is aborted", async () => {
    const reason = new Error("time is up");
    await expect(
      store.put("audit_logs/x", bytes("body"), AbortSignal.abort(reason)),
    ).rejects.toThrow(reason);
    expect(await keys("")).toEqual([]);
  });

  it("leaves nothing behind when the object cannot get its name", async () => {
    await writeFile(join(directory, "audit_logs"), "a file where a folder must be");
    await expect(store.put("audit_logs/x", bytes("body"))).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(await readdir(join(directory, ".unfinished"))).toEqual([]);
  });

  it("removes what a killed process left behind, and nothing younger than an hour", async () => {
    const unfinished = join(directory, ".unfinished");
    await mkdir(unfinished);
    await writeFile(join(unfinished, "leftover"), "half a bo");
    await writeFile(join(unfinished, "being-written"), "half a bo");
    const { mtimeMs } = await stat(join(unfinished, "leftover"));
    const twoHoursAgo = new Date(mtimeMs - 7_200_000);
    await utimes(join(unfinished, "leftover"), twoHoursAgo, twoHoursAgo);

    await store.put("audit_logs/x", bytes("body"));

    expect(await readdir(unfinished)).toEqual(["being-written"]);
  });

  it.each([
    "",
    "x",
    "/x/y",
    "a//b",
    "a/",
    "../a/b",
    "a/../b",
    "./a/b",
    "a/.hidden",
    "a/b\0",
    "a\\b/c",
  ])("refuses %j, which is not a key", async (key) => {
    await expect(store.put(key, bytes("body"))).rejects.toThrow(RangeError);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("list", () => {
  it("orders by key, where a folder sorts by its slash", async () => {
    for (const key of ["a/b/1", "a/b.gz", "a/b-1", "a/b0", "a/a/z"]) {
      await store.put(key, bytes(key));
    }
    const listed = await keys("a/");
    expect(listed).toEqual(["a/a/z", "a/b-1", "a/b.gz", "a/b/1", "a/b0"]);
    expect(listed).toEqual([...listed].sort());
  });

  it("takes a prefix that ends within a name", async () => {
    for (const key of ["a/dt=1/x", "a/dt=10/x", "a/dt=2/x", "b/dt=1/x"]) {
      await store.put(key, bytes(key));
    }
    expect(await keys("a/dt=1")).toEqual(["a/dt=1/x", "a/dt=10/x"]);
    expect(await keys("a/dt=1/x")).toEqual(["a/dt=1/x"]);
    expect(await keys("a/dt=1/xy")).toEqual([]);
  });

  it("does not show unfinished, hidden and foreign files", async () => {
    await store.put("a/x", bytes("x"));
    await writeFile(join(directory, "checkpoints.sqlite"), "not an object");
    await writeFile(join(directory, "a/.DS_Store"), "not an object");
    await mkdir(join(directory, ".unfinished"), { recursive: true });
    await writeFile(join(directory, ".unfinished/y"), "half a bo");
    expect(await keys("")).toEqual(["a/x"]);
    expect(await keys(".unfinished/")).toEqual([]);
  });

  it.each(["../", "a/../../", "//", "/"])(
    "finds nothing outside the archive (%s)",
    async (prefix) => {
      expect(await keys(prefix)).toEqual([]);
    },
  );

  it("is empty where there is no directory", async () => {
    store = new DirectoryArchiveStore(join(directory, "never-made"));
    expect(await keys("audit_logs/")).toEqual([]);
  });

  it("throws when the archive is a file", async () => {
    await writeFile(join(directory, "file"), "");
    store = new DirectoryArchiveStore(join(directory, "file"));
    await expect(keys("audit_logs/")).rejects.toThrow("ENOTDIR");
  });
});

describe("what has the name of an object and is no file", () => {
  const KEY = "a/b/x";
  const path = () => join(directory, KEY);
  beforeEach(() => mkdir(join(directory, "a/b"), { recursive: true }));

  it.each<[string, () => unknown, string]>([
    ["a pipe", () => execFileSync("mkfifo", [path()]), "it is not a regular file"],
    ["a socket", () => listenAt(path()), "it is not a regular file"],
    ["a link to a folder", () => symlink(directory, path()), "it is not a regular file"],
    [
      "a link that leads nowhere",
      () => symlink("nowhere", path()),
      "it is a link that leads nowhere",
    ],
    ["a circle of links", () => symlink("x", path()), "its links lead around in a circle"],
  ])("is listed, and cannot be read: %s", async (_, make, problem) => {
    await make();
    expect(await keys("a/")).toEqual([KEY]);
    await expect(store.get(KEY)).rejects.toThrow(new ArchiveObjectError(KEY, problem));
    const files = await all(store.files("a/"));
    expect(files).toEqual([{ key: KEY, problem }]);
    // What is put there would be lost.
    await expect(store.put(KEY, bytes("x"))).rejects.toThrow(new ArchiveObjectError(KEY, problem));
  });

  it("is a folder, which is a path of its own", async () => {
    await mkdir(path());
    expect(await keys("a/")).toEqual([]);
    await expect(store.get(KEY)).rejects.toThrow("it is not a regular file");
    await expect(store.put(KEY, bytes("x"))).rejects.toThrow("it is not a regular file");
    const paths = await all(store.paths());
    expect(paths).toContainEqual({ path: `${KEY}/`, isFolder: true });
  });

  it("is a file that is larger than any object", async () => {
    await writeFile(path(), "");
    await truncate(path(), 1e12);
    await expect(store.get(KEY)).rejects.toThrow("it has 1000000000000 bytes, more than an object");
  });

  it("is missing below a file", async () => {
    await writeFile(path(), "");
    expect(await keys(`${KEY}/y`)).toEqual([]);
    await expect(store.get(`${KEY}/y`)).rejects.toThrow(ObjectMissingError);
  });

  it("is found by its path below a link to a folder, as of a disk of its own", async () => {
    await mkdir(join(directory, "disk/c"), { recursive: true });
    await symlink(join(directory, "disk"), join(directory, "a2"));
    expect(await all(store.paths())).toContainEqual({ path: "a2/c/", isFolder: true });
  });

  it("is read through a link to a file", async () => {
    await store.put("a/b/y", bytes("body"));
    await symlink("y", path());
    expect(Buffer.from(await store.get(KEY)).toString()).toBe("body");
    expect(await all(store.files("a/b/x"))).toEqual([{ key: KEY, problem: undefined }]);
  });
});

async function all<T>(found: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of found) list.push(one);
  return list;
}

async function listenAt(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  onTestFinished(() => void server.close());
}
