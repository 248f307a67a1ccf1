import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { decodeLines } from "../../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../../lib/local/sqlite-checkpoint-store.ts";
import { verify } from "../../../lib/seal/verify.ts";
import { startOfDay } from "../../../lib/time.ts";
import { sealDays } from "../../seal/sealed-archive.ts";
import { lastLine, run } from "../audit-lake.ts";
import { archivedLines } from "../local-run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const SAMPLES = fileURLToPath(new URL("../../../../shared/samples/", import.meta.url));

/** Every wire-form sample; the README there says why the others are none. */
const WIRE_FORM_SAMPLES = [
  "chronicle/mock_pages.json",
  "demisto/mock_event.json",
  "elastic/mock_stream_two_pages.json",
  "elastic/pipeline_test_audit.ndjson",
  "grove/001.json",
  "grove/002.json",
  "grove/003.json",
  "java-slack-sdk/skeleton_logs.json",
  "python-slack-sdk/mock_logs_200.json",
  "python-slack-sdk/test_response_logs_complete_skeleton.json",
  "python-slack-sdk/test_response_logs_unknown_fields.json",
  "slack-docs/anomaly_ip_address.json",
  "slack-docs/public_channel_created_by_app.json",
  "slack-docs/user_login_page.json",
  "visicore-cribl/live_events_2025-12_pseudonymised.json",
];

let archive: string;
beforeEach(async () => {
  archive = join(await temporaryDirectory(), "archive");
});

function importFiles(...files: string[]) {
  return run(["import", "--archive", archive, "--json", ...files]);
}

async function idsOf(lines: Promise<string[]>): Promise<string[]> {
  return (await lines).map((line) => JSON.parse(line).id);
}

async function objectNames(): Promise<string[]> {
  return (await readdir(archive, { recursive: true })).filter((name) => name.endsWith(".gz"));
}

describe("fixtures", () => {
  it.each([
    ["page.json", ["page-1", "page-2", "page-3"]],
    ["pages.json", ["pages-1", "pages-2"]],
    ["array.json", ["array-1", "array-2"]],
    ["entry.json", ["entry-1"]],
  ])("stores the entries of %s as they stand there", async (name, ids) => {
    const file = join(FIXTURES, name);
    const { code, stdout } = await importFiles(file);
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ stored: ids.length, repeated: [], quarantined: [] });
    expect(await idsOf(archivedLines(archive))).toEqual(ids);
    const text = withoutSpace(await readFile(file, "utf8"));
    for (const line of await archivedLines(archive)) expect(text).toContain(withoutSpace(line));
  });

  it("stores an id once, and reports each entry that repeats it", async () => {
    const [page, ndjson] = [join(FIXTURES, "page.json"), join(FIXTURES, "export.ndjson")];
    const { code, stdout, stderr } = await importFiles(page, ndjson);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^audit-lake: 1 entry is not stored: .*; it is kept in quarantine\n$/);
    expect(lastLine(stdout)).toMatchObject({
      stored: 5,
      repeated: [
        {
          file: ndjson,
          entry: 3,
          id: "ndjson-1",
          keptInstead: { file: ndjson, entry: 1 },
          sameText: true,
        },
        {
          file: ndjson,
          entry: 4,
          id: "page-1",
          keptInstead: { file: page, entry: 3 },
          sameText: false,
        },
      ],
    });
    expect((await idsOf(archivedLines(archive))).sort()).toEqual([
      "ndjson-1",
      "ndjson-2",
      "page-1",
      "page-2",
      "page-3",
    ]);
  });

  it("finds an archived id also at another time", async () => {
    await importFiles(join(FIXTURES, "page.json"));
    const { stdout } = await importFiles(join(FIXTURES, "export.ndjson"));
    expect(lastLine(stdout)).toMatchObject({ stored: 2 });
    expect(lastLine(stdout).repeated).toContainEqual({
      file: join(FIXTURES, "export.ndjson"),
      entry: 4,
      id: "page-1",
      keptInstead: null,
      sameText: false,
    });
  });

  it("puts what has no usable id or time into quarantine, and says so", async () => {
    const file = join(FIXTURES, "unusable.ndjson");
    const { code, stdout } = await importFiles(file);
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({
      stored: 1,
      quarantined: [
        { file, entry: 2, missing: ["id"] },
        { file, entry: 3, missing: ["date_create"] },
        { file, entry: 4, missing: ["id", "date_create"] },
        { file, entry: 5, missing: ["id", "date_create"] },
      ],
    });
    const status = await run(["status", "--archive", archive, "--json"]);
    expect(lastLine(status.stdout).sources).toMatchObject([{ source: "slack", quarantined: 4 }]);
  });

  it("fails when there was nothing else", async () => {
    const file = join(await temporaryDirectory(), "other.ndjson");
    await writeFile(file, '{"level":"info"}\n{"level":"warn"}\n');
    for (const time of [1, 2]) {
      const { code, stdout } = await importFiles(file);
      expect({ time, code }).toEqual({ time, code: 1 });
      expect(lastLine(stdout)).toMatchObject({
        stored: 0,
        quarantined: [{ entry: 1 }, { entry: 2 }],
      });
    }
  });

  it("changes nothing when the same files are imported again", async () => {
    const files = ["page.json", "export.ndjson", "unusable.ndjson"].map((f) => join(FIXTURES, f));
    await importFiles(...files);
    const before = await objectNames();
    const { stdout } = await importFiles(...files);
    expect(lastLine(stdout)).toMatchObject({ stored: 0, objects: 0, alreadyArchived: 6 });
    expect(await objectNames()).toEqual(before);
  });

  it("reads standard input as -", async () => {
    const stdin = await readFile(join(FIXTURES, "export.ndjson"), "utf8");
    const args = ["import", "--archive", archive, "--source", "acme", "-"];
    const { code, stdout } = await run(args, { stdin });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Stored 3 entries of 1 file in 2 objects under .*source=acme\/$/m);
    expect(stdout).toMatch(/- entry 3 has the id of - entry 1 \(same text\): ndjson-1/);
  });
});

describe("a sealed day", () => {
  async function exportOf(days: readonly string[]): Promise<string> {
    const file = join(await temporaryDirectory(), "export.ndjson");
    const lines = days.map((day) => {
      const date_create = startOfDay(day) + 60;
      return `${JSON.stringify({ id: `of-${day}`, date_create, action: "user_login" })}\n`;
    });
    await writeFile(file, lines.join(""));
    return file;
  }

  it("gets an addendum: its entries are stored, named, and noted for the next seal", async () => {
    await sealDays(new DirectoryArchiveStore(archive), "slack", ["2026-03-02"]);
    const file = await exportOf(["2026-03-01", "2026-03-02", "2026-03-03"]);

    const { code, stdout } = await importFiles(file);

    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({
      stored: 3,
      addenda: [{ file, entry: 2, id: "of-2026-03-02", day: "2026-03-02" }],
    });
    const note = join(archive, "addenda/source=slack/dt=2026-03-02.2.json");
    expect(JSON.parse(await readFile(note, "utf8"))).toMatchObject({
      day: "2026-03-02",
      revision: 2,
    });
    const report = await verify(new DirectoryArchiveStore(archive), { source: "slack" });
    expect(report).toMatchObject({ damages: [], addenda: [{ day: "2026-03-02", objects: 1 }] });
  });

  it("takes no harm from a file that is archived already", async () => {
    const file = await exportOf(["2026-03-02"]);
    await importFiles(file);
    await sealDays(new DirectoryArchiveStore(archive), "slack", ["2026-03-02"]);

    const { code, stdout } = await importFiles(file);

    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ stored: 0, alreadyArchived: 1, addenda: [] });
    expect(existsSync(join(archive, "addenda"))).toBe(false);
  });
});

describe("an entry that is archived with another text", () => {
  it("is left out, named, and kept in quarantine", async () => {
    const directory = await temporaryDirectory();
    const write = async (name: string, actor: string) => {
      const text = `{"id":"a","date_create":1772442000,"action":"user_login","actor":"${actor}"}`;
      await writeFile(join(directory, name), `${text}\n`);
      return { file: join(directory, name), text };
    };
    const first = await write("first.ndjson", "mallory");
    const second = await write("second.ndjson", "alice");
    await importFiles(first.file);

    const { code, stdout } = await importFiles(second.file);

    expect(code).toBe(1);
    expect(lastLine(stdout)).toMatchObject({
      stored: 0,
      repeated: [{ id: "a", keptInstead: null, sameText: false }],
    });
    expect(await archivedLines(archive)).toEqual([first.text]);
    const store = new DirectoryArchiveStore(archive);
    const kept: string[] = [];
    for await (const { key } of store.list("quarantine/")) {
      const lines = await decodeLines(key, await store.get(key));
      kept.push(...lines.map((line) => Buffer.from(line).toString()));
    }
    expect(kept).toEqual([second.text]);
  });
});

describe("a mistake gives one line and stores nothing", () => {
  it.each([
    ["a file that is not there", "missing.json", undefined, /missing\.json: no such file$/m],
    [
      "a line that is not JSON",
      "cut.ndjson",
      '{"id":"a"}\n{"id":',
      /cut\.ndjson: what begins in line 2 is not JSON/,
    ],
    [
      "a file without entries",
      "empty.json",
      '{"ok":true}',
      /empty\.json: there is no audit log entry/,
    ],
    ["an empty file", "nothing.json", "", /nothing\.json: there is no audit log entry/],
  ])("%s", async (_, name, content, message) => {
    const file = join(await temporaryDirectory(), name);
    if (content !== undefined) await writeFile(file, content);
    const { code, stdout, stderr } = await importFiles(join(FIXTURES, "page.json"), file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^audit-lake: .*\n$/);
    expect(existsSync(archive)).toBe(false);
  });

  it("a source that a run is writing to", async () => {
    const checkpoints = new SqliteCheckpointStore(archive);
    const lease = { owner: "a run", expiresAt: Date.now() + 60_000 };
    await checkpoints.acquire("slack", lease, Date.now());
    const claim = { ...lease, writer: "slack", range: { from: 1772442000, until: 9_999_999_999 } };
    await checkpoints.claim("slack", claim, Date.now());
    const { code, stderr } = await importFiles(join(FIXTURES, "page.json"));
    expect(code).toBe(75);
    expect(stderr).toMatch(/^audit-lake: .*\(a run\) is writing.*\n$/);
    expect(await objectNames()).toEqual([]);
    checkpoints.close();
  });
});

describe.runIf(existsSync(SAMPLES))("published samples", () => {
  it("come back as they were published, each id once", async () => {
    const files = WIRE_FORM_SAMPLES.map((name) => join(SAMPLES, name));
    const { code, stdout } = await importFiles(...files);
    expect(code).toBe(1); // Some share an id with another text.
    expect(lastLine(stdout)).toMatchObject({ stored: 33, files: files.length });

    const published = (await Promise.all(files.map((file) => readFile(file, "utf8"))))
      .map(withoutSpace)
      .join("\n");
    const lines = await archivedLines(archive);
    for (const line of lines) expect(published).toContain(withoutSpace(line));
    const ids = lines.map((line) => JSON.parse(line).id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** JSON text without the white space between its tokens. */
function withoutSpace(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
}
