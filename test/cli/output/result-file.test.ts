import { execFileSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import { writeWhole } from "../../../cli/output/result-file.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "result-"));
});

afterEach(() => rm(directory, { recursive: true }));

const write = (partial: string) => writeFile(partial, "new");

describe("writeWhole", () => {
  it("replaces a file, and nothing when writing fails", async () => {
    const path = join(directory, "a.csv");
    await writeWhole(path, write);
    const failing = async (partial: string) => {
      await writeFile(partial, "half");
      throw new Error("failed");
    };

    await expect(writeWhole(path, failing)).rejects.toThrow("failed");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(directory)).toEqual(["a.csv"]);
  });

  it("writes the file that a link leads to", async () => {
    const [target, link] = [join(directory, "target.csv"), join(directory, "link.csv")];
    await writeFile(target, "old");
    await symlink(target, link);

    await writeWhole(link, write);

    expect(await readFile(target, "utf8")).toBe("new");
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it("leaves a pipe in place", async () => {
    const pipe = join(directory, "pipe");
    execFileSync("mkfifo", [pipe]);

    await expect(writeWhole(pipe, write)).rejects.toThrow(UsageError);
    expect((await lstat(pipe)).isFIFO()).toBe(true);
    expect(await readdir(directory)).toEqual(["pipe"]);
  });

  it.each([
    ["/dev/full", /is no regular file/],
    ["folder", /is a folder/],
    ["nowhere/a.csv", /there is no folder .*nowhere$/],
    // A folder in which nobody may write.
    ["/proc/a.csv", /^cannot write --file \/proc\/a\.csv: /],
  ])("refuses %s, and writes nothing", async (path, message) => {
    await mkdir(join(directory, "folder"));

    await expect(
      writeWhole(join(path.startsWith("/") ? "/" : directory, path), write),
    ).rejects.toThrow(message);
    expect(await readdir(directory)).toEqual(["folder"]);
  });
});
