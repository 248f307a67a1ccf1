import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { runCompiler } from "../../packages/run-compiler.ts";
import { temporaryDirectory } from "../cli/temporary-directory.ts";

async function project(source: string): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "index.ts"), source);
  const settings = { compilerOptions: { noEmit: true, types: [] }, files: ["index.ts"] };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(settings));
  return directory;
}

it("compiles where npm has not put the compiler on the path, and says what is wrong", async () => {
  vi.stubEnv("PATH", "");

  await runCompiler("right", await project("export const one: number = 1;"));
  await expect(
    runCompiler("wrong", await project("export const one: string = 1;")),
  ).rejects.toThrow(/^wrong does not compile:\n.*error TS2322/);
});
