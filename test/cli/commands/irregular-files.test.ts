import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { columnsKey, columnsMarkKey } from "../../../lib/archive/columns-key.ts";
import { addendumKey, manifestKey, noteAddendum } from "../../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { UNGUARDED } from "../../fakes/open-archive.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const [SEALED, OPEN] = ["2026-03-01", "2026-03-02"] as const;

let archive: string;
let store: DirectoryArchiveStore;

beforeEach(async () => {
  archive = await temporaryDirectory();
  store = new DirectoryArchiveStore(archive);
  await fillArchive(store, "slack", [SEALED, OPEN]);
  await sealDays(store, "slack", [SEALED]);
});

const audit = (command: string, ...args: readonly string[]) =>
  run([command, "--archive", archive, ...args], { token: null });

async function firstKey(prefix: string): Promise<string> {
  for await (const key of store.keys(prefix)) return key;
  throw new Error(`nothing begins with ${prefix}`);
}

const pipe = (path: string) => execFileSync("mkfifo", [path]);
const NO_FILE = "it is not a regular file";

async function replace(key: string, make: (path: string) => unknown): Promise<void> {
  await rm(join(archive, key));
  await make(join(archive, key));
}

it.each<[string, (path: string) => unknown, string]>([
  ["a pipe", pipe, NO_FILE],
  ["a link to a folder", (path) => symlink(dirname(path), path), NO_FILE],
  ["a link that leads nowhere", (path) => symlink("nowhere", path), "it is a link that leads"],
  ["a circle of links", (path) => symlink(path, path), "its links lead around in a circle"],
])("%s in the place of a file is damage that verify names", async (_, make, problem) => {
  await noteAddendum(store, UNGUARDED, "slack", { day: SEALED, revision: 1 });
  const keys = [
    await firstKey(`audit_logs/source=slack/dt=${SEALED}`),
    await firstKey(`audit_logs/source=slack/dt=${OPEN}`),
    await firstKey(`quarantine/source=slack/dt=${SEALED}`),
    addendumKey("slack", SEALED, 2),
  ];
  for (const key of keys) await replace(key, make);

  const { code, stdout, stderr } = await audit("verify");
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  for (const key of keys) {
    expect(stdout).toMatch(new RegExp(`^[A-Z ]+  ${key}: it cannot be read: ${problem}`, "m"));
  }
  expect(stdout).toMatch(/^damaged +4$/m);
});

describe("a pipe in the place of a file", () => {
  it("is damage of a manifest, of columns and of their mark", async () => {
    await audit("columns");
    for (const key of [
      columnsKey("slack", SEALED),
      columnsMarkKey("slack", SEALED),
      manifestKey("slack", SEALED),
    ]) {
      await replace(key, pipe);
      const { code, stdout } = await audit("verify");
      expect(code).toBe(1);
      expect(stdout).toMatch(new RegExp(`^[A-Z ]+  ${key}: .*${NO_FILE}`, "m"));
    }
  });

  it("is replaced by columns, as a folder is", async () => {
    await audit("columns");
    for (const key of [columnsKey("slack", SEALED), columnsMarkKey("slack", SEALED)]) {
      await replace(key, key.endsWith(".json") ? pipe : (path) => mkdir(path));
    }
    expect((await audit("columns")).code).toBe(0);
    expect((await audit("verify")).code).toBe(0);
  });

  it("is one line of every other command", async () => {
    const key = await firstKey(`audit_logs/source=slack/dt=${OPEN}`);
    await replace(key, pipe);
    const count = "SELECT count(*) AS entries FROM audit_logs";
    for (const { code, stderr } of [await audit("cat"), await audit("query", count)]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^audit-lake: cannot read ${key}: ${NO_FILE}.*\n$`));
    }
    const skipped = await audit("query", count, "--skip-damaged", "--json");
    expect(JSON.parse(skipped.stdout)).toMatchObject([{ entries: 9 }]);
    expect(skipped.stderr).toContain(key);
  });

  it("leaves status to count the rest", async () => {
    const key = await firstKey(`quarantine/source=slack/dt=${OPEN}`);
    await replace(key, pipe);
    const status = await audit("status");
    expect(status.code).toBe(1);
    expect(status.stdout).toMatch(/^quarantined +1$/m);
    expect(status.stderr).toContain(`cannot read ${key}: ${NO_FILE}`);
  });
});

describe("a folder in the place of a file", () => {
  it.each([
    `audit_logs/source=slack/dt=${SEALED}`,
    `audit_logs/source=slack/dt=${OPEN}`,
    `manifests/source=slack/dt=${SEALED}`,
  ])("is named by verify: %s", async (prefix) => {
    const key = await firstKey(prefix);
    await unlink(join(archive, key));
    await mkdir(join(archive, key));
    const { code, stdout } = await audit("verify");
    expect(code).toBe(1);
    expect(stdout).toContain(`PATH UNKNOWN  ${key}/: it is a folder, and has the name of a file\n`);
  });
});

it("names a file in the place of a day's folder", async () => {
  const folder = `audit_logs/source=slack/dt=${SEALED}`;
  await rm(join(archive, folder), { recursive: true });
  await writeFile(join(archive, folder), "");
  const { code, stdout } = await audit("verify");
  expect(code).toBe(1);
  expect(stdout).toContain(`PATH UNKNOWN  ${folder}: `);
  expect(stdout).toContain(`OBJECT MISSING  ${folder}/`);
});
