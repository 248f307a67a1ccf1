import { closeSync, openSync } from "node:fs";

/**
 * Modes of what is made below an archive: audit logs are about people, so nobody but the
 * user who archives them may read them, whatever the umask. What is there already keeps
 * its mode.
 */
export const OWNER_ONLY = { directory: 0o700, file: 0o600 } as const;

/**
 * Make an empty file before something opens it that knows no modes.
 *
 * Never opens a file that is there: closing it would drop the locks that this process
 * has on it.
 */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", OWNER_ONLY.file));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
