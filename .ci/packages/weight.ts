import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the files below a folder hold, in millions of bytes. */
export function megabytes(folder: string): number {
  const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return Math.round(bytes / 1e6);
}
