import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Every file of the project, by its path from the root with `/` between folders. */
export const FILES: readonly string[] = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z"],
  { cwd: ROOT, encoding: "utf8" },
)
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)))
  .toSorted();

/** The files that hold code, with their text. */
export const SOURCES: ReadonlyMap<string, string> = new Map(
  FILES.filter((path) => /\.[cm]?[jt]sx?$/.test(path)).map((path) => [
    path,
    readFileSync(join(ROOT, path), "utf8"),
  ]),
);
