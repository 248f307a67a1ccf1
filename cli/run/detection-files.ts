import { parseRuleOverrides, type RuleOverrides } from "../../lib/detect/configure.ts";
import type { ContextFile } from "../../lib/detect/context/context-file.ts";
import {
  INSTALL_COUNTRIES,
  includedCountries,
} from "../../lib/detect/context/included-countries.ts";
import {
  type ContextFiles,
  type LocalContext,
  readContext,
  readGivenContext,
} from "../../lib/detect/context/read-context.ts";
import type { Detection } from "../../lib/detect/correlation.ts";
import { parseSuppressions, Suppressions } from "../../lib/detect/suppressions.ts";
import { unknownSources } from "../../lib/detect/unknown-sources.ts";
import { INCLUDED_COUNTRIES } from "../../lib/stack/detection-files.ts";
import { UsageError } from "../errors.ts";
import { readNamedFile, readNamedJson } from "./named-file.ts";

/** Files that say more of addresses. */
export interface AddressOptions {
  /** `INCLUDED_COUNTRIES`: the database that comes with this package. */
  countries?: string;
  networkOwners?: string;
  networks?: string;
  slackAllowList?: string;
}

/** Files that say more of addresses and people. */
export interface ContextOptions extends AddressOptions {
  torExits?: string;
  threatList?: string[];
  staff?: string;
}

/**
 * @param sources - of the archive
 * @throws {UsageError} when the file cannot be read, is not what `detection.rules` takes, or
 * names a source that is not there
 */
export async function readRuleSettings(
  file: string | undefined,
  rules: readonly Detection[],
  sources: readonly string[],
): Promise<RuleOverrides> {
  if (file === undefined) return {};
  return readNamedJson("--rule-settings", file, (value) => {
    const overrides = parseRuleOverrides(value, rules);
    refuseUnknown({ rules: overrides }, sources);
    return overrides;
  });
}

/**
 * @param sources - of the archive; absent when they are not known
 * @throws {UsageError} when the file cannot be read, is not a list of suppressions, or names a
 * source that is not there
 */
export async function readSuppressions(
  file: string | undefined,
  rules: readonly Detection[],
  sources: readonly string[] | undefined,
): Promise<Suppressions | undefined> {
  if (file === undefined) return undefined;
  return readNamedJson("--suppressions", file, (value) => {
    const suppressions = parseSuppressions(value, rules);
    if (sources !== undefined) refuseUnknown({ suppressions }, sources);
    return new Suppressions(suppressions);
  });
}

function refuseUnknown(...settings: Parameters<typeof unknownSources>): void {
  for (const { path, message } of unknownSources(...settings)) {
    throw new Error(`${path.join(".")}: ${message}`);
  }
}

/** @throws {UsageError} when a file cannot be read, or is not what it should be */
export async function readContextFiles(options: ContextOptions): Promise<LocalContext> {
  return checked(readContext, await filesOf(options));
}

/**
 * @returns nothing when no file is given
 * @throws {UsageError} as {@link readContextFiles}
 */
export async function readGivenContextFiles(
  options: ContextOptions,
): Promise<LocalContext | undefined> {
  return checked(readGivenContext, await filesOf(options));
}

function checked<T>(read: (files: ContextFiles) => T, files: ContextFiles): T {
  try {
    return read(files);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

async function filesOf(options: ContextOptions): Promise<ContextFiles> {
  const { countries, threatList = [] } = options;
  const countriesFile = countries === INCLUDED_COUNTRIES ? includedCountries() : countries;
  if (countries !== undefined && countriesFile === undefined) {
    throw new UsageError(`--countries: ${INSTALL_COUNTRIES}`);
  }
  const read = async (option: string, name: string | undefined) =>
    name === undefined ? undefined : readContextFile(option, name);
  return {
    countries: await read("--countries", countriesFile),
    networkOwners: await read("--network-owners", options.networkOwners),
    torExits: await read("--tor-exits", options.torExits),
    threatLists: await Promise.all(
      threatList.map((name) => readContextFile("--threat-list", name)),
    ),
    networks: await read("--networks", options.networks),
    slackAllowList: await read("--slack-allow-list", options.slackAllowList),
    staff: await read("--staff", options.staff),
  };
}

function readContextFile(option: string, name: string): Promise<ContextFile> {
  return readNamedFile(option, name, (content) => ({ name, content }));
}

/**
 * @returns nothing when no file is given
 * @throws {UsageError} as {@link readContextFiles}
 */
export async function readAddressFiles({
  countries,
  networkOwners,
  networks,
  slackAllowList,
}: AddressOptions): Promise<LocalContext["addresses"] | undefined> {
  const given = { countries, networkOwners, networks, slackAllowList };
  return (await readGivenContextFiles(given))?.addresses;
}
