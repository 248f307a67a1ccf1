import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * @param folder - of a package as it is published
 * @param directory - absolute; gets the tarball
 * @returns the tarball's path
 */
export async function createTarball(folder: string, directory: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", directory],
    { cwd: folder },
  );
  const [{ filename }] = JSON.parse(stdout);
  return join(directory, filename);
}
