import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Below the project, where copies of `lib/` find their dependencies. */
export const MUTANTS_FOLDER = join(ROOT, ".mutants", String(process.pid));

/**
 * Make a copy of `lib/` with the one thing broken.
 *
 * @returns the folder with the copy in it
 * @throws {Error} when the snippet is not in the file exactly once: the source has moved on
 */
export async function makeMutant({ name, file, find, replace }: Mutant): Promise<string> {
  const root = join(MUTANTS_FOLDER, name.replaceAll(/\W+/g, "-"));
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await cp(join(ROOT, "lib"), join(root, "lib"), { recursive: true });
  const path = join(root, "lib", file);
  const [before, after, ...more] = (await readFile(path, "utf8")).split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} has not exactly one place to break for "${name}"`);
  }
  await writeFile(path, before + replace + after);
  return root;
}
