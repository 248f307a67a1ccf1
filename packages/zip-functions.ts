import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Zippable, zipSync } from "fflate";

/** The oldest that a zip can tell; of no time zone. */
const MODIFIED = new Date(1980, 0, 1);

/** Unix, readable by everyone, as Lambda wants its files. */
const READABLE = { os: 3, attrs: 0o644 << 16 };

/**
 * Write a zip for each function. The same code gives the same bytes and the same name, and other
 * code another name: a stack is updated where its code has changed, and nowhere else.
 *
 * @param bundles - a folder per function
 * @param directory - gets the zips
 * @returns name of each function's zip, by the function
 */
export async function zipFunctions(
  functions: readonly string[],
  bundles: string,
  directory: string,
  version: string,
): Promise<Map<string, string>> {
  const zips = new Map<string, string>();
  for (const name of functions) {
    const files: Zippable = {};
    const folder = join(bundles, name);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const path of paths.toSorted()) {
      const content = await readFile(path);
      files[relative(folder, path)] = [content, { ...READABLE, mtime: MODIFIED }];
    }
    const bytes = zipSync(files, { level: 9 });
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    const zip = `${name}-${version}-${hash}.zip`;
    await writeFile(join(directory, zip), bytes);
    zips.set(name, zip);
  }
  return zips;
}
