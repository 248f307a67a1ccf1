import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { makeEntry } from "../../../fake-slack/entries.ts";
import { ListedEntries } from "../../../lib/archive/entry-rows.ts";
import { S3ArchiveStore } from "../../../lib/aws/s3-archive-store.ts";
import { AddressContext } from "../../../lib/detect/context/address-context.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../../../lib/local/lake-database.ts";
import { weekBefore } from "../../../lib/report/weekly-report.ts";
import { systemClock } from "../../../lib/slack/clock.ts";
import { makeMmdb } from "../../detect/context/make-mmdb.ts";
import type { Answer } from "../../fakes/local-account/athena.ts";
import { openArchive } from "../../fakes/open-archive.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { type DeployedFunction, SourceTestBed } from "../source-bed.ts";

/** A Monday, as EventBridge Scheduler says it. */
const TIME = "2026-03-09T06:00:00Z";
const KEY = "reports/audit-report-2026-03-02-2026-03-08.html";
const DAYS = ["2026-03-02", "2026-03-08"];

const LOGIN = { id: "login", dateCreate: Date.parse("2026-03-04T10:00:00Z") / 1000 };
const TEXT = Buffer.from(makeEntry({ ...LOGIN, action: "user_login" }).text);

// The stack puts the file beside the bundle.
vi.mock(import("../../../functions/context-files.ts"), async (original) => ({
  ...(await original()),
  readContextFiles: () => {
    const content = makeMmdb({ country_code: "NZ" }, { country_code: "NZ" });
    return { countries: { name: "countries.mmdb", content }, threatLists: [] };
  },
}));

let bed: SourceTestBed;
let report: DeployedFunction;
let results: string;
let directory: string;
let lake: LakeDatabase;
let refusals: string[];

beforeAll(async () => {
  bed = await SourceTestBed.start(Date.parse(TIME));
  report = await bed.load("report");
  const [id] = bed.account.deployment.one("AWS::S3::Bucket", "ArchiveResults");
  results = bed.account.deployment.named(id).ref;

  // DuckDB answers in Athena's place, over a copy of the archive.
  directory = await mkdtemp(join(tmpdir(), "report-"));
  bed.prepare();
  const stores = [
    new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket),
    new DirectoryArchiveStore(directory),
  ];
  for (const store of stores) {
    await fillArchive(store, "grid", DAYS);
    await sealDays(store, "grid", DAYS);
    await fillArchive(store, "acme", DAYS);
    await openArchive(store, "grid").store(new ListedEntries([{ ...LOGIN, bytes: TEXT }]));
  }
  lake = await openLake(directory, { threadsMax: 1 });
  const answers = new Map<string, Promise<Answer>>(); // of a lake that does not change
  bed.account.engine.select = (sql) => {
    const answer = answers.get(sql) ?? select(sql);
    answers.set(sql, answer);
    return answer;
  };
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
  await call({ time: TIME });
  refusals = [...bed.account.refusals];
});

afterAll(async () => {
  lake.close();
  await Promise.all([bed.stop(), rm(directory, { recursive: true })]);
});

beforeEach(() => {
  bed.prepare();
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
});

/** With all the time that the stack gives it: the queries are real, and take theirs. */
const call = (event: unknown) => bed.call(report, event, 900_000);

async function select(sql: string): Promise<Answer> {
  const { columns, types, rows } = await lake.query(sql);
  return {
    columns: columns.map((Name, i) => ({ Name, Type: (types[i] ?? "").toLowerCase() })),
    rows: rows.map((row) => row.map((value) => (value === null ? null : String(value)))),
  };
}

const pageOf = () => bed.account.s3.objects.get(`${results}/${KEY}`)?.toString() ?? "";

describe("the function of the weekly report", () => {
  it("writes the page of the seven days before, with the rights of its role alone", () => {
    const { document } = parseHTML(pageOf());
    expect(document.querySelector("h1")?.textContent).toBe("2026-03-02 to 2026-03-08");
    expect(document.querySelector("[data-entries]")?.getAttribute("data-entries")).toBe("25");
    expect(document.querySelectorAll("section")).toHaveLength(6);
    expect(pageOf()).toContain("Proof of grid");
    expect(pageOf()).toContain("New Zealand (NZ): 1 login");
    expect(refusals).toEqual([]);
  });

  it("says each answer and where the page is, in a link that grants nothing", () => {
    expect(bed.account.published).toHaveLength(1);
    const [{ Message = "", Subject = "", ...attributes } = {}] = bed.account.published;
    expect(Subject).toBe("[INFO] Slack audit report, 2026-03-02 to 2026-03-08");
    const { default: data, email } = JSON.parse(Message);
    const { document } = parseHTML(pageOf());
    for (const section of document.querySelectorAll("section")) {
      expect(email).toContain(section.querySelector("h2")?.textContent);
      expect(email).toContain(section.querySelector(".answer")?.textContent);
    }
    const url = `https://eu-central-1.console.aws.amazon.com/s3/object/${results}?region=eu-central-1&prefix=${encodeURIComponent(KEY)}`;
    expect(email).toContain(`\n${url}\n`);
    expect(email).toContain(`aws s3 cp s3://${results}/${KEY} .`);
    expect(Message).not.toMatch(/X-Amz|Signature/);
    expect(JSON.parse(data)).toMatchObject({
      ...{ type: "report", period: { from: "2026-03-02", to: "2026-03-08" } },
      ...{ url, location: `s3://${results}/${KEY}` },
    });
    // Targets of alerts take alerts only.
    expect(Object.values(attributes)).toContain("report");
  });

  it("replaces the page when it is started again, whenever that is", async () => {
    const before = pageOf();
    bed.advance(86_400_000);
    await call({ time: TIME });

    const keys = [...bed.account.s3.objects.keys()].filter((path) => path.includes("/reports/"));
    expect(keys).toEqual([`${results}/${KEY}`]);
    expect(pageOf()).not.toBe(before);
    expect(bed.account.published).toHaveLength(2);
  });

  it("fails when Athena does, and tells nobody of a page that is not there", async () => {
    bed.account.published.length = 0;
    bed.account.athena.failure = "EXCEEDED_LIMIT";
    try {
      await expect(call({ time: TIME })).rejects.toThrow("EXCEEDED_LIMIT");
    } finally {
      bed.account.athena.failure = undefined;
    }
    expect(bed.account.published).toEqual([]);
  });

  it("says how many look-ups of addresses failed, whose countries the page misses", async () => {
    const failed = { database: "countries", count: 3, error: new Error("damaged") } as const;
    vi.spyOn(AddressContext.prototype, "takeFailures").mockReturnValueOnce([failed]);
    await call({ time: TIME });
    const logged = bed.output.filter((line) => line.includes("look-ups of addresses failed"));
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { database: "countries", count: 3, error: { message: "damaged" } },
    ]);
  });

  it.each([{}, { time: "Monday" }, null])("refuses an event without a time: %j", async (event) => {
    await expect(call(event)).rejects.toThrow(/time|object/);
  });
});

it.each([
  ["2026-03-09T06:00:00Z", "2026-03-02", "2026-03-08"],
  ["2026-03-09T00:00:00Z", "2026-03-02", "2026-03-08"],
  ["2026-03-09T23:59:59Z", "2026-03-02", "2026-03-08"],
  ["2026-01-01T00:00:00Z", "2025-12-25", "2025-12-31"],
])("the week before %s is seven whole days", (time, from, to) => {
  expect(weekBefore(Date.parse(time) / 1000)).toEqual({ from, to });
});
