import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeEntry } from "../../fake-slack/entries.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { dayOf, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../lib/time.ts";
import { hostileEntries } from "../../test/report/hostile-entries.ts";
import { sealDays } from "../../test/seal/sealed-archive.ts";
import { writeArchive } from "../../test/sql/open-lake-of.ts";

/** An archive, and the days of it that a report is about. */
export interface MadeArchive {
  name: string;
  directory: string;
  from: string;
  /** Excluded. */
  until: string;
  /** More options of `report`. */
  options?: string[];
}

/** A Monday. */
const WEEK = Date.UTC(2026, 2, 2) / 1000;
const SOURCE = "slack";

/** Archives of all sizes; the last has names as nobody would want them. */
export async function makeArchives(): Promise<MadeArchive[]> {
  return [
    await madeUp("week", { days: 8, entriesPerWeek: 200_000, sealed: 5 }),
    await madeUp("quarter", { days: 91, entriesPerWeek: 3000, sealed: 80 }),
    await madeUp("tiny", { days: 1, entriesPerWeek: 60, sealed: 0 }),
    await empty(),
    await hostile(),
    await abroad(),
  ];
}

/** One organization, whose first days are sealed; an hour has gained an entry since, one has lost all. */
async function madeUp(
  name: string,
  { days, entriesPerWeek, sealed }: { days: number; entriesPerWeek: number; sealed: number },
): Promise<MadeArchive> {
  const directory = await newDirectory(name);
  const store = new DirectoryArchiveStore(directory);
  const organization = new Organization({ entriesPerWeek });
  for (let hour = 0; hour < days * 24; hour++) {
    // Nothing was collected on the afternoon of the last day.
    if (hour >= days * 24 - 10 && hour < days * 24 - 7) continue;
    const from = WEEK + hour * SECONDS_PER_HOUR;
    const until = from + SECONDS_PER_HOUR - 1;
    const entries = [...organization.newestFirst(from, until, Number.MAX_SAFE_INTEGER)].map(
      ({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) }),
    );
    if (entries.length === 0) continue;
    const { key, body } = await encodeObject(SOURCE, entries);
    await store.put(key, body);
  }
  const end = WEEK + days * SECONDS_PER_DAY;
  const firstDays = Array.from({ length: sealed }, (_, i) => dayOf(WEEK + i * SECONDS_PER_DAY));
  await sealDays(store, SOURCE, firstDays);
  if (sealed > 0) {
    await writeArchive(directory, [
      makeEntry({ dateCreate: WEEK + SECONDS_PER_DAY + 10 * SECONDS_PER_HOUR }),
    ]);
  }
  return { name, directory, from: dayOf(WEEK), until: dayOf(end) };
}

async function empty(): Promise<MadeArchive> {
  const directory = await newDirectory("empty");
  await writeArchive(directory, [makeEntry({ dateCreate: WEEK - SECONDS_PER_DAY })]);
  return { name: "empty", directory, from: dayOf(WEEK), until: dayOf(WEEK + SECONDS_PER_DAY) };
}

async function hostile(): Promise<MadeArchive> {
  const directory = await newDirectory("hostile");
  await writeArchive(directory, hostileEntries([0, 1, 2]));
  return { name: "hostile", directory, from: "2026-03-02", until: "2026-03-05" };
}

/** Logins from addresses whose countries the included files know, a city state among them. */
async function abroad(): Promise<MadeArchive> {
  const directory = await newDirectory("abroad");
  const addresses = [
    "8.8.8.8",
    "193.0.6.139",
    "133.11.0.1",
    "165.21.0.1",
    "200.160.2.3",
    "1.1.1.1",
  ];
  const logins = addresses.flatMap((ip_address, i) =>
    Array.from({ length: 1 + 40 * i }, (_, n) =>
      makeEntry({ dateCreate: WEEK + 100 * n + i, action: "user_login", context: { ip_address } }),
    ),
  );
  await writeArchive(directory, logins);
  const options = ["--countries", "included"];
  return { name: "abroad", directory, from: "2026-03-02", until: "2026-03-03", options };
}

async function newDirectory(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `report-${name}-`));
}
