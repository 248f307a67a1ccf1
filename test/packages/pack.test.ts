import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

function pack(...args: string[]) {
  const script = join(ROOT, "packages/pack.ts");
  return promisify(execFile)(process.execPath, [script, ...args], { cwd: ROOT });
}

describe("npm run pack", () => {
  it.each([
    { problem: "no directory", args: [] },
    { problem: "an option", args: ["--help"] },
    { problem: "two directories", args: ["a", "b"] },
  ])("says how it is called when it is given $problem", async ({ args }) => {
    await expect(pack(...args)).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: "pack: name one directory for the tarballs: npm run pack -- DIR\n",
    });
  });

  it("names a directory that cannot be made", async () => {
    await expect(pack(join(ROOT, "package.json"))).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^pack: cannot make the directory .*package\.json \(EEXIST\).*\n$/,
      ),
    });
  });
});
