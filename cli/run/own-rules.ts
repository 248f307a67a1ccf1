import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { modulesAmong, rulesOf } from "../../lib/detect/own-rules.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { describeFileProblem, UsageError } from "../errors.ts";

/**
 * The rules that the modules of a folder export, in the order of the files' names.
 * Reading them runs their code.
 *
 * @throws {UsageError} when the folder or a module cannot be read, when there is no module, or
 * one exports no rule, or something else
 */
export async function readOwnRules(directory: string): Promise<Rule[]> {
  const names = await readdir(directory).catch((cause) => {
    throw new UsageError(`--rules ${directory}: ${describeFileProblem(cause)}`, { cause });
  });
  try {
    const modules: Record<string, object> = {};
    for (const file of modulesAmong(names, directory)) {
      modules[file] = await import(pathToFileURL(resolve(directory, file)).href);
    }
    return rulesOf(modules);
  } catch (cause) {
    throw new UsageError(`--rules ${directory}: ${(cause as Error).message}`, { cause });
  }
}
