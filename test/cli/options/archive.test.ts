import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { checkReadable } from "../../../cli/options/archive.ts";
import { checkSource, noteNewSource } from "../../../cli/options/source.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
  for (const source of ["acme", "slack"]) {
    await mkdir(join(root, "lake/audit_logs", `source=${source}`), { recursive: true });
  }
  await mkdir(join(root, "empty"));
});

describe("checkReadable", () => {
  it.each([
    ["", "nothing was ever stored in this directory; did you mean --archive ROOT/lake?"],
    ["empty", "nothing was ever stored in this directory"],
    [
      "lake/audit_logs",
      "nothing was ever stored in this directory; did you mean --archive ROOT/lake?",
    ],
    ["laek", "no such directory; did you mean --archive ROOT/lake?"],
    ["laek/lake", "no such directory"],
  ])("refuses %j", async (path, problem) => {
    const directory = join(root, path);

    await expect(checkReadable(directory)).rejects.toMatchObject({
      code: "usage",
      message: `there is no archive at ${directory}: ${problem.replace("ROOT", root)}`,
    });
  });

  it("takes an archive", async () => {
    await expect(checkReadable(join(root, "lake"))).resolves.toBeUndefined();
  });
});

describe("a source", () => {
  it.each([["slack"], [undefined]])("is known: %s", async (source) => {
    await expect(checkSource(join(root, "lake"), source)).resolves.toBeUndefined();
  });

  it.each([
    ["slcak", '; did you mean "slack"?'],
    ["grid", ""],
  ])("is refused with those that are known: %s", async (source, suggestion) => {
    await expect(checkSource(join(root, "lake"), source)).rejects.toMatchObject({
      code: "usage",
      message: `the archive ${root}/lake has no source "${source}"; it has acme, slack: name one with --source${suggestion}`,
    });
  });

  it.each([
    [
      "lake",
      "slcak",
      /^audit-lake: "slcak" is a new source .* acme, slack; did you mean "slack"\?$/,
    ],
    ["lake", "grid", /^audit-lake: "grid" is a new source .* acme, slack$/],
    ["lake", "slack", undefined],
    ["empty", "slcak", undefined],
  ])("that is created in %s is pointed out: %s", async (path, source, note) => {
    const said = vi.spyOn(console, "error").mockReturnValue();
    await noteNewSource(join(root, path), source);

    expect(said.mock.calls).toEqual(note === undefined ? [] : [[expect.stringMatching(note)]]);
  });
});
