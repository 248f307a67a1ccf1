import { readFile } from "node:fs/promises";
import { SigningKeyError } from "../../lib/seal/signature.ts";
import { describeFileProblem, UsageError } from "../errors.ts";

/**
 * A key that the user named by its file.
 *
 * @param parse - throws `SigningKeyError` for what is not such a key
 * @throws {UsageError} when the file cannot be read, or holds no such key
 */
export async function readKeyFile<Key>(path: string, parse: (pem: Buffer) => Key): Promise<Key> {
  const pem = await readFile(path).catch((cause) => {
    throw new UsageError(`cannot read ${path}: ${describeFileProblem(cause)}`, { cause });
  });
  try {
    return parse(pem);
  } catch (cause) {
    if (!(cause instanceof SigningKeyError)) throw cause;
    throw new UsageError(`cannot use ${path}: ${cause.message}`, { cause });
  }
}
