import { AddressContext, type AddressSources, TOR_LIST } from "./address-context.ts";
import { AddressDatabase } from "./address-database.ts";
import { parseAddressList } from "./address-list.ts";
import { type ContextFile, ContextFileError } from "./context-file.ts";
import { type KnownNetwork, parseKnownNetworks, parseSlackAllowList } from "./known-networks.ts";
import { parseStaffList, type StaffList } from "./staff-list.ts";

/** The files that say more of addresses and people; each may be absent. */
export interface ContextFiles {
  /** In MaxMind's format: the country of an address. */
  countries?: ContextFile | undefined;
  /** In MaxMind's format: the autonomous system of an address. */
  networkOwners?: ContextFile | undefined;
  torExits?: ContextFile | undefined;
  threatLists?: readonly ContextFile[] | undefined;
  networks?: ContextFile | undefined;
  /** Answer of `admin.audit.anomaly.allow.getItem`. */
  slackAllowList?: ContextFile | undefined;
  staff?: ContextFile | undefined;
}

/** What the files say. */
export interface LocalContext {
  addresses: AddressContext;
  staff?: StaffList;
}

/**
 * @returns nothing when there is no file
 * @throws {ContextFileError} as {@link readContext}
 */
export function readGivenContext(files: ContextFiles): LocalContext | undefined {
  const { threatLists = [], ...others } = files;
  const given = [...threatLists, ...Object.values(others)];
  return given.some((file) => file !== undefined) ? readContext(files) : undefined;
}

/** @throws {ContextFileError} naming the file, the line and what is wrong with it */
export function readContext(files: ContextFiles): LocalContext {
  const { countries, networkOwners, torExits, threatLists = [], networks, slackAllowList } = files;
  const hasNetworks = networks !== undefined || slackAllowList !== undefined;
  const hasOwners = networkOwners !== undefined;
  const lists = [
    ...(torExits === undefined ? [] : [{ name: TOR_LIST, file: torExits }]),
    ...threatLists.map((file) => ({ name: baseName(file.name), file })),
  ];
  const sources: AddressSources = {
    countries: countries && new AddressDatabase(countries, "countries"),
    owners: networkOwners && new AddressDatabase(networkOwners, "owners"),
    networks: hasNetworks
      ? [
          ...(networks === undefined ? [] : checked(networks, parseKnownNetworks, hasOwners)),
          ...(slackAllowList === undefined
            ? []
            : checked(slackAllowList, parseSlackAllowList, hasOwners)),
        ]
      : undefined,
    lists: lists.map(({ name, file }) => ({ name, ranges: parseAddressList(file) })),
  };
  return {
    addresses: new AddressContext(sources),
    ...(files.staff === undefined ? {} : { staff: parseStaffList(files.staff) }),
  };
}

/** @throws {ContextFileError} when nothing says which addresses belong to an AS number */
function checked(
  file: ContextFile,
  parse: (file: ContextFile) => KnownNetwork[],
  hasOwners: boolean,
): KnownNetwork[] {
  const networks = parse(file);
  const system = hasOwners ? undefined : networks.find(({ of }) => typeof of === "number");
  if (system === undefined) return networks;
  throw new ContextFileError(
    file,
    `names AS${system.of}, and AS numbers need a database of network owners: --network-owners (networkOwners in the stack)`,
  );
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
