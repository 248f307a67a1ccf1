import { rm } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { Organization } from "../../fake-slack/organization.ts";
import { parseObjectKey } from "../../lib/archive/object-key.ts";
import { consumeObject } from "../../lib/detect/consume-object.ts";
import { AddressContext } from "../../lib/detect/context/address-context.ts";
import { parseKnownNetworks } from "../../lib/detect/context/known-networks.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../lib/local/lake-database.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { MemoryCorrelationStore } from "../../test/fakes/memory-correlation-store.ts";
import { daysFrom, fillDays } from "./fill.ts";
import { deployLake, type Lake, SOURCE } from "./lake.ts";
import { sameRows } from "./same-rows.ts";

const DAYS = daysFrom("2026-03-02", 2);

/** Says something else of each address, or nothing. */
const ADDRESSES = new AddressContext({
  countries: { country: (address) => ["DE", "FR", undefined][lastPart(address) % 3] },
  owners: {
    owner: (address) =>
      lastPart(address) % 2 === 0 ? { asn: 64500, name: 'Bücher "&" \\ Söhne' } : undefined,
  },
  networks: parseKnownNetworks({
    name: "networks",
    content: Buffer.from("0.0.0.0/2 O'Neil's office\n128.0.0.0/2 VPN\n"),
  }),
});

function lastPart(address: string): number {
  return Number(address.split(/[.:]/).at(-1));
}

let lake: Lake;
let local: LakeDatabase;

beforeAll(async () => {
  const organization = new Organization({ entriesPerWeek: 5_000, users: 50 });
  const directory = await fillDays(organization, DAYS);
  const store = new DirectoryArchiveStore(directory);
  lake = await deployLake("address_context_lake", store);
  local = await openLake(directory, { lookUpAddress: (address) => ADDRESSES.of(address) });
  await consumeAll(store);
  return async () => {
    local.close();
    await rm(directory, { recursive: true });
  };
});

/** As the function that detects does, which may see an object several times. */
async function consumeAll(archive: DirectoryArchiveStore): Promise<void> {
  const context = { ownAppIds: [], ownInstallerIds: [], addresses: ADDRESSES };
  const ports = {
    archive,
    detector: new Detector({ rules: [], context, periodSeconds: 3600 }),
    correlations: new MemoryCorrelationStore(),
    ledger: { claim: async () => "claimed" as const, markPublished: async () => {} },
    sink: { publish: async () => {} },
    addressTable: lake.addresses,
    clock: { nowMs: () => 0 },
  };
  for await (const { key } of archive.list("")) {
    const createdAt = (parseObjectKey(key)?.maxDateCreate ?? 0) * 1000;
    for (let times = 0; times < 2; times++) {
      await consumeObject({ key, createdAt }, ports, {
        maxEntryAgeSeconds: SECONDS_PER_DAY,
        owner: "ci",
      });
    }
  }
}

it("has a row for each address, source and day, however often it was written", async () => {
  const { rows } = await lake.trino.query(
    `SELECT count(*), count(DISTINCT (address, source, dt)), count(country), count(network) FROM address_context WHERE dt BETWEEN '${DAYS[0]}' AND '${DAYS[1]}'`,
  );
  const [[all, distinct, countries, networks] = []] = rows;
  expect(all).toBeGreaterThan(50);
  expect(distinct).toBe(all);
  for (const known of [countries, networks]) {
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThan(Number(all));
  }
});

it("joined as the documentation has it, says what DuckDB's views say of each entry", async () => {
  const of = (view: string) =>
    `SELECT id, country, network, is_known_network FROM ${view} ORDER BY id`;
  const found = await lake.trino.query(
    of(`(SELECT e.id, a.country, a.network, a.is_known_network
      FROM audit_logs e
      LEFT JOIN (SELECT * FROM address_context WHERE dt BETWEEN '${DAYS[0]}' AND '${DAYS[1]}') a
        ON a.source = e.source AND a.dt = e.dt AND a.address = e.ip_address
      WHERE e.dt BETWEEN '${DAYS[0]}' AND '${DAYS[1]}')`),
  );
  const expected = await local.query(of("audit_logs"));
  expect(expected.rows.length).toBeGreaterThan(500);
  expect(found.types.at(-1)).toBe("boolean");
  expect(sameRows(found.rows)).toEqual(sameRows(expected.rows));
});

it("reads only the partitions that a query names", async () => {
  const day = await lake.trino.query(
    `SELECT count(*) FROM address_lines WHERE source = '${SOURCE}' AND dt = '${DAYS[0]}'`,
  );
  const all = await lake.trino.query(
    `SELECT count(line) FROM address_lines WHERE dt BETWEEN '${DAYS[0]}' AND '${DAYS[1]}'`,
  );
  expect(Number(day.rows[0]?.[0])).toBeGreaterThan(0);
  expect(Number(day.rows[0]?.[0])).toBeLessThan(Number(all.rows[0]?.[0]));
});
