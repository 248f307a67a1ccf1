import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { run, start } from "../audit-lake.ts";
import { archivedLines } from "../local-run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** One archive for all tests: `cat` only reads. */
let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const names = ["page.json", "pages.json", "array.json", "entry.json", "unusable.ndjson"];
  const files = names.map((name) => join(FIXTURES, name));
  expect(await run(["import", "--archive", archive, ...files])).toMatchObject({ code: 0 });
});
afterAll(() => rm(archive, { recursive: true }));

async function cat(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(["cat", "--archive", archive, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout === "" ? [] : stdout.trimEnd().split("\n");
}

describe("cat", () => {
  it("prints every stored line, oldest first, byte for byte", async () => {
    const lines = await cat();
    expect(lines).toEqual(await archivedLines(archive));
    const times = lines.map((line) => JSON.parse(line).date_create);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it.each<[string[], string[]]>([
    [
      ["--from", "1772442060", "--until", "1772445600"],
      ["page-2", "page-3", "pages-1"],
    ],
    [["--until", "2026-03-02T09:00:01Z"], ["page-1"]],
    [["--from", "2026-03-02T14:00Z"], ["usable"]],
    [
      ["--action", "anomaly", "user_logout"],
      ["page-3", "array-2"],
    ],
    [["--id", "array-1"], ["array-1"]],
    [["--id", "array-1", "another"], ["array-1"]],
    [["--source", "slack", "--id", "array-1"], ["array-1"]],
  ])("selects with %j", async (args, ids) => {
    expect((await cat(...args)).map((line) => JSON.parse(line).id)).toEqual(ids);
  });

  it.each([
    [["--id", "array-1", "--action", "anomaly"]],
    [["--id", "not the id of the entry"]],
    [["--last", "1s"]],
  ])("says that nothing matches %j, as grep does", async (args) => {
    expect(await run(["cat", "--archive", archive, ...args])).toEqual({
      code: 1,
      stdout: "",
      stderr: `audit-lake: no entry matches; the entries of the archive ${archive} are of 2026-03-02 to 2026-03-02 (UTC)\n`,
    });
  });

  it("ends quietly when its reader has seen enough", async () => {
    const large = await temporaryDirectory();
    const store = new DirectoryArchiveStore(large);
    for (let from = 1_772_442_000; from < 1_772_442_000 + 20 * 3600; from += 3600) {
      const entries = makeEntries(3600, { from }).map(({ id = "", dateCreate, text }) => ({
        id,
        dateCreate,
        bytes: Buffer.from(text),
      }));
      const { key, body } = await encodeObject("acme", entries);
      await store.put(key, body);
    }
    const { process, ended } = start(["cat", "--archive", large]);
    if (process.stdout === null) throw new Error("its output is not piped");
    await once(process.stdout, "data");
    process.stdout.destroy();
    await expect(ended).rejects.toThrow(); // The reader has gone away, and with it the output.
    expect(process.exitCode ?? (await once(process, "exit"))[0]).toBe(0);
  });

  it("names the object that is damaged", async () => {
    const damaged = await temporaryDirectory();
    await run(["import", "--archive", damaged, join(FIXTURES, "page.json")]);
    const files = await readdir(damaged, { recursive: true });
    const object = files.find((name) => name.endsWith(".gz")) ?? "";
    await writeFile(join(damaged, object), "not gzip");
    const { code, stderr } = await run(["cat", "--archive", damaged]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^audit-lake: .*audit_logs\/source=slack\/.*\.json\.gz.*\n$/);
  });

  it("refuses an archive that is not there in one line", async () => {
    const { code, stdout, stderr } = await run(["cat", "--archive", "/nowhere/at/all"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^audit-lake: there is no archive at \/nowhere\/at\/all: .*\n$/);
  });
});
