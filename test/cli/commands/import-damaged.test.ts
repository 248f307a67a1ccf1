import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

let archive: string;
beforeEach(async () => {
  archive = join(await temporaryDirectory(), "archive");
});

const importFiles = (...files: string[]) => run(["import", "--archive", archive, ...files]);

const objectNames = async () =>
  (await readdir(archive, { recursive: true })).filter((name) => name.endsWith(".gz"));

describe("an import over an object that cannot be read", () => {
  it.each([
    ["is no gzip", Buffer.from("not gzip"), "it is not whole gzip"],
    ["holds a line that is no entry", gzipSync("{}\n"), "a line has no id or no date_create"],
  ])("fails in one line when it %s", async (_, body, problem) => {
    await importFiles(join(FIXTURES, "page.json"));
    const before = await objectNames();
    const [name = ""] = before;
    await writeFile(join(archive, name), body);
    const { code, stdout, stderr } = await importFiles(join(FIXTURES, "array.json"));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `audit-lake: cannot read ${name}: ${problem}; restore the object's first version, or delete it while its day is not sealed: the seal stores again what Slack lists\n`,
    );
    expect(await objectNames()).toEqual(before);
  });

  it("is no mistake when it is a file of something else", async () => {
    await importFiles(join(FIXTURES, "page.json"));
    const [name = ""] = await objectNames();
    await writeFile(join(archive, name, "../notes.json.gz"), "not gzip");
    const { code, stderr } = await importFiles(join(FIXTURES, "array.json"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});
