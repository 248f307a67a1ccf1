import { cp, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { entryOfText, type WireEntry } from "../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { lastLine, run } from "../cli/audit-lake.ts";
import { temporaryDirectory } from "../cli/temporary-directory.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/archive-0.1.0", import.meta.url));
const SIGNING_KEY = join(FIXTURE, "signing-key.pem");
const PUBLIC_KEY = join(FIXTURE, "public-key.pem");

type Source = "acme" | "grid";

/** What version 0.1.0 said of the archive; see the fixture's README. */
const EXPECTED: {
  ids: Record<Source, string[]>;
  verify: Record<string, unknown>[];
  status: Record<string, unknown>[];
  actions: Record<string, unknown>[];
  hours: Record<string, unknown>[];
} = JSON.parse(await readFile(join(FIXTURE, "expected.json"), "utf8"));

const SLACKS: Record<Source, WireEntry[]> = {
  acme: await readEntries("acme"),
  grid: await readEntries("grid"),
};

let archive: string;

beforeEach(async () => {
  archive = join(await temporaryDirectory(), "archive");
  await cp(join(FIXTURE, "archive"), archive, { recursive: true });
});

describe("an archive of 0.1.0 is read", () => {
  it("line by line", async () => {
    expect(await cat()).toEqual([
      ...textsOf("acme", EXPECTED.ids.acme),
      ...textsOf("grid", EXPECTED.ids.grid),
    ]);
  });

  it("by verify, which finds the recorded head", async () => {
    expect(await done("verify", "--public-key", PUBLIC_KEY)).toMatchObject({
      // Since then a source is named though none of its days is sealed.
      sources: [{ source: "acme", days: 0, manifests: 0, damages: [] }, ...EXPECTED.verify],
    });
  });

  it("by status", async () => {
    expect(await done("status")).toMatchObject({ sources: EXPECTED.status });
  });

  it("by SQL, from lines and from columns", async () => {
    expect(
      await query(
        "SELECT source, action, count(*) AS n FROM audit_logs GROUP BY source, action ORDER BY source, action",
      ),
    ).toEqual(EXPECTED.actions);
    expect(
      await query(
        "SELECT dt, sum(listed) AS listed, sum(archived) AS archived, sum(late) AS late FROM archive_hours GROUP BY dt ORDER BY dt",
      ),
    ).toEqual(EXPECTED.hours);
  });
});

describe("an archive of 0.1.0 is continued", () => {
  it("from its watermark; a half-sealed day and the days after it are sealed", async () => {
    const slack = await startSlack("grid");
    const args = ["--source", "grid", "--api-base", slack.baseUrl];

    await done("ingest", ...args, "--from", "2026-03-02", "--until", "2026-03-06T03:00");
    expect(Math.min(...slack.calls.map(({ params }) => Number(params.oldest)))).toBe(
      at("2026-03-05T12:00"),
    );

    const seal = [...args, "--sign-key", SIGNING_KEY];
    const callsBefore = slack.calls.length;
    for (const day of ["2026-03-04", "2026-03-05"]) {
      expect(await done("close-day", ...seal, "--day", day)).toMatchObject({
        days: [{ day, outcome: "sealed" }],
      });
    }
    // The killed process named no attempt, so what it had compared is compared again.
    expect(slack.calls[callsBefore]?.params).toMatchObject({
      oldest: String(at("2026-03-04T00:00")),
    });
    // The one that is left.
    expect(await done("close-day", ...seal)).toMatchObject({
      days: [{ day: "2026-02-27", outcome: "sealed" }],
    });
    await done("compact", "--source", "grid");

    const [before] = EXPECTED.verify as [{ head: { sha256: string } }];
    const oldHead = ["--head", before.head.sha256];
    expect(
      await done("verify", "--source", "grid", ...oldHead, "--public-key", PUBLIC_KEY),
    ).toMatchObject({
      sources: [{ days: 7, manifests: 7, signatures: 7, unreconciled: [], damages: [] }],
    });
    await expectTruth("grid", at("2026-02-27T00:00"), at("2026-03-06T03:00"));
    await expectOldFilesUnchanged();
  });

  it("in the middle of a page listing and of a backfill, both of which were killed", async () => {
    const slack = await startSlack("acme");
    const args = ["--source", "acme", "--api-base", slack.baseUrl];
    const { pageCursor } = checkpointOf("acme");

    await done(
      "ingest",
      ...args,
      "--from",
      "2026-03-04",
      "--until",
      "2026-03-05T03:00",
      "--page-limit",
      "25",
    );
    expect(slack.calls[0]?.params).toMatchObject({ cursor: pageCursor.cursor });

    expect(await done("backfill", ...args, "--from", "2026-02-28", "--yes")).toMatchObject({
      outcome: "caught_up",
    });
    await expectTruth("acme", at("2026-02-28T00:00"), at("2026-03-05T03:00"));
    await expectOldFilesUnchanged();
  });
});

async function query(sql: string) {
  const { code, stdout } = await run(["query", "--archive", archive, sql, "--json"]);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** Run a command on the archive to its good end; what it prints as JSON. */
async function done(command: string, ...args: string[]) {
  const { code, stdout, stderr } = await run([command, "--archive", archive, ...args, "--json"]);
  expect(code, stderr).toBe(0);
  return lastLine(stdout);
}

async function cat(): Promise<string[]> {
  const { code, stdout } = await run(["cat", "--archive", archive]);
  expect(code).toBe(0);
  return stdout.trimEnd().split("\n");
}

/** Each entry of the time, `until` excluded, is archived once, as Slack sent it, and none besides. */
async function expectTruth(source: Source, from: number, until: number): Promise<void> {
  const inTime = SLACKS[source].filter(
    ({ id, dateCreate }) => id !== undefined && dateCreate >= from && dateCreate < until,
  );
  const other: Source = source === "grid" ? "acme" : "grid";
  const others = new Set(textsOf(other, EXPECTED.ids[other]));
  const lines = (await cat()).filter((line) => !others.has(line));
  expect(lines.toSorted()).toEqual(inTime.map(({ text }) => text).toSorted());
  expect(lines.length).toBeGreaterThan(EXPECTED.ids[source].length);
}

/** No file of the evidence is rewritten or lost. */
async function expectOldFilesUnchanged(): Promise<void> {
  const files = await readdir(join(FIXTURE, "archive"), { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => relative(join(FIXTURE, "archive"), join(file.parentPath, file.name)))
    .filter((path) => /^(audit_logs|quarantine|manifests|signatures)\b/.test(path));
  expect(paths.length).toBeGreaterThan(100);
  for (const path of paths) {
    const before = await readFile(join(FIXTURE, "archive", path));
    expect((await readFile(join(archive, path))).equals(before), path).toBe(true);
  }
}

async function startSlack(source: Source): Promise<FakeSlack> {
  const slack = await startFakeSlack({ entries: SLACKS[source] });
  onTestFinished(() => slack.close());
  return slack;
}

async function readEntries(source: Source): Promise<WireEntry[]> {
  const lines = gunzipSync(await readFile(join(FIXTURE, "slack", `${source}.ndjson.gz`)));
  return lines.toString().trimEnd().split("\n").map(toWireEntry);
}

/** Two have no usable id; all say when they happened. */
function toWireEntry(text: string): WireEntry {
  const value = JSON.parse(text);
  if (typeof value.id === "string") return entryOfText(text);
  const readable = entryOfText(JSON.stringify({ ...value, id: "unusable" }));
  return { ...readable, id: undefined, text };
}

function textsOf(source: Source, ids: readonly string[]): (string | undefined)[] {
  const texts = new Map(SLACKS[source].map(({ id, text }) => [id, text]));
  return ids.map((id) => texts.get(id));
}

function checkpointOf(key: string) {
  const database = new DatabaseSync(join(archive, "checkpoints.sqlite"), { readOnly: true });
  const row = database.prepare("SELECT checkpoint FROM checkpoints WHERE source = ?").get(key);
  database.close();
  return JSON.parse(String(row?.checkpoint));
}

function at(time: string): number {
  return Date.parse(`${time}Z`) / 1000;
}
