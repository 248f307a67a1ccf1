/** What says more of addresses and people: the stack puts it beside the code of functions. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Logger } from "@aws-lambda-powertools/logger";
import type { AddressContext } from "../lib/detect/context/address-context.ts";
import type { ContextFile } from "../lib/detect/context/context-file.ts";
import type { ContextFiles } from "../lib/detect/context/read-context.ts";
import { CONTEXT_FILES, THREAT_LISTS } from "../lib/stack/detection-files.ts";

/** @param code - URL of the function's code */
export function readContextFiles(code: string): ContextFiles {
  const files = Object.entries(CONTEXT_FILES).map(([kind, path]) => [
    kind,
    readBesideCode(path, code),
  ]);
  const folder = new URL(THREAT_LISTS, code);
  const lists = existsSync(folder) ? readdirSync(folder) : [];
  return {
    ...Object.fromEntries(files),
    threatLists: lists.flatMap((name) => readBesideCode(`${THREAT_LISTS}${name}`, code) ?? []),
  };
}

/** @returns nothing when there is no such file */
export function readBesideCode(path: string, code: string): ContextFile | undefined {
  const url = new URL(path, code);
  return existsSync(url) ? { name: path, content: readFileSync(url) } : undefined;
}

/**
 * Say once that look-ups failed, since this was called last.
 *
 * @param where - added to what is said
 */
export function logFailedLookUps(
  logger: Pick<Logger, "error">,
  addresses: Pick<AddressContext, "takeFailures"> | undefined,
  where: { objectKey?: string } = {},
): void {
  for (const { error, ...failed } of addresses?.takeFailures() ?? []) {
    logger.error("look-ups of addresses failed, whose facts are missing", {
      ...where,
      ...failed,
      error,
    });
  }
}
