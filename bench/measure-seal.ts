import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { FAKE_TOKEN } from "../fake-slack/fake-slack.ts";
import { Organization } from "../fake-slack/organization.ts";
import { toObjectKey } from "../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import type { TimeRange } from "../lib/time.ts";
import type { SealJob, SealUse } from "./job.ts";
import { withFakeSlack, work } from "./processes.ts";

/** A busy hour of a Monday. */
const HOUR: TimeRange = {
  from: Date.UTC(2026, 2, 2, 12) / 1000,
  until: Date.UTC(2026, 2, 2, 13) / 1000,
};
const ENTRIES_PER_OBJECT = 9999;
const SOURCE = "bench";

export interface SealOptions {
  /** Of one hour; about so many. */
  entries: number;
  /** Each object spans the whole hour, as if entries had come in any order. */
  isScattered?: boolean;
}

/** Archive an hour of a generated organization, and seal its day in a process of its own. */
export async function measureSeal({ entries, isScattered = false }: SealOptions): Promise<SealUse> {
  const sample = 1_000_000;
  const share =
    new Organization({ entriesPerWeek: sample }).count(HOUR.from, HOUR.until - 1) / sample;
  const entriesPerWeek = Math.round(entries / share);
  const organization = new Organization({ ...HOUR, entriesPerWeek });
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-seal-"));
  try {
    await fill(directory, organization, isScattered);
    const flags = Object.entries({ "entries-per-week": entriesPerWeek, ...HOUR });
    return await withFakeSlack(
      flags.map(([name, value]) => `--${name}=${value}`),
      (baseUrl) => {
        const job: SealJob = { baseUrl, token: FAKE_TOKEN, directory, source: SOURCE, ...HOUR };
        return work<SealUse>("seal-worker.ts", job);
      },
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Store all entries of the hour, in objects of a page each. */
async function fill(directory: string, organization: Organization, isScattered: boolean) {
  const store = new DirectoryArchiveStore(directory);
  const count = organization.count(HOUR.from, HOUR.until - 1);
  const objects = Math.ceil(count / ENTRIES_PER_OBJECT);
  const open = new Map<number, OpenObject>();
  let number = 0;
  for (const { dateCreate, text } of organization.newestFirst(
    HOUR.from,
    HOUR.until - 1,
    HOUR.until,
  )) {
    const place = isScattered ? number % objects : Math.floor(number / ENTRIES_PER_OBJECT);
    number += 1;
    let object = open.get(place);
    if (object === undefined) {
      if (!isScattered) await closeAll();
      object = new OpenObject();
      open.set(place, object);
    }
    await object.add(dateCreate, text);
  }
  await closeAll();

  async function closeAll(): Promise<void> {
    for (const object of open.values()) {
      const { key, body } = await object.end();
      await store.put(key, body);
    }
    open.clear();
  }
}

/** An object whose lines come one by one. */
class OpenObject {
  readonly #hash: Hash = createHash("sha256");
  readonly #gzip = createGzip({ level: 1 });
  readonly #chunks: Buffer[] = [];
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  constructor() {
    this.#gzip.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
  }

  async add(second: number, text: string): Promise<void> {
    this.#min = Math.min(this.#min, second);
    this.#max = Math.max(this.#max, second);
    this.#hash.update(`${text}\n`);
    if (!this.#gzip.write(`${text}\n`)) await once(this.#gzip, "drain");
  }

  async end(): Promise<{ key: string; body: Uint8Array }> {
    this.#gzip.end();
    await once(this.#gzip, "end");
    const hash = this.#hash.digest("hex").slice(0, 16);
    const bounds = { minDateCreate: this.#min, maxDateCreate: this.#max };
    return {
      key: toObjectKey({ source: SOURCE, ...bounds, hash }),
      body: Buffer.concat(this.#chunks),
    };
  }
}
