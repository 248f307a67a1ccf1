import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ContextFile } from "../../lib/detect/context/context-file.ts";
import {
  INSTALL_COUNTRIES,
  includedCountries,
} from "../../lib/detect/context/included-countries.ts";
import { type ContextFiles, readContext } from "../../lib/detect/context/read-context.ts";
import {
  CONTEXT_FILES,
  INCLUDED_COUNTRIES,
  OWN_RULES_FILE,
  SUPPRESSIONS_FILE,
  THREAT_LISTS,
} from "../../lib/stack/detection-files.ts";
import { ConfigError } from "../config/parse.ts";
import type { LakeConfig } from "../config/schema.ts";

type Files = Record<string, string | Uint8Array>;

/**
 * What the function that detects finds beside its code, by path.
 *
 * @throws {ConfigError} when a file cannot be read, or is not what it should be
 */
export function detectionFiles({
  suppressions,
  ownRules,
  context,
}: LakeConfig["detection"]): Files {
  return {
    ...(suppressions.length === 0 ? {} : { [SUPPRESSIONS_FILE]: JSON.stringify(suppressions) }),
    ...(ownRules === undefined ? {} : { [OWN_RULES_FILE]: ownRules.code }),
    ...contextFiles(context),
  };
}

/**
 * What says more of addresses and people, by path.
 *
 * @throws {ConfigError} when a file cannot be read, or is not what it should be
 */
export function contextFiles(context: LakeConfig["detection"]["context"]): Files {
  const { threatLists, countries, ...others } = context;
  const single = { ...others, countries: countriesPath(countries) };
  const read = (path: string | undefined) => path && readContextFile(path);
  const files = Object.fromEntries(
    Object.entries(single).map(([kind, path]) => [kind, read(path)] as const),
  ) as Omit<ContextFiles, "threatLists">;
  const lists = threatLists.map(readContextFile);
  const names = lists.map(({ name }) => basename(name));
  const again = names.find((name, index) => names.indexOf(name) !== index);
  if (again !== undefined) {
    throw new ConfigError(`detection.context.threatLists: two files are called "${again}"`);
  }
  checked(() => readContext({ ...files, threatLists: lists }));
  return {
    ...Object.fromEntries(
      Object.entries(files).flatMap(([kind, file]) =>
        file === undefined ? [] : [[CONTEXT_FILES[kind as keyof typeof files], file.content]],
      ),
    ),
    ...Object.fromEntries(
      lists.map(({ name, content }) => [`${THREAT_LISTS}${basename(name)}`, content]),
    ),
  };
}

function countriesPath(path: string | undefined): string | undefined {
  if (path !== INCLUDED_COUNTRIES) return path;
  const included = includedCountries();
  if (included === undefined) throw new ConfigError(`detection.context: ${INSTALL_COUNTRIES}`);
  return included;
}

function readContextFile(path: string): ContextFile {
  return checked(() => ({ name: path, content: readFileSync(path) }));
}

function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ConfigError(`detection.context: ${(cause as Error).message}`, { cause });
  }
}
