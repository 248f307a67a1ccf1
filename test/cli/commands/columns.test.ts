import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { manifestKey, noteAddendum } from "../../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { ProcessLocks } from "../../../lib/local/process-locks.ts";
import { startOfDay } from "../../../lib/time.ts";
import { UNGUARDED } from "../../fakes/open-archive.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { lastLine, run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const DAYS = ["2026-03-01", "2026-03-02"] as const;

let archive: string;
let store: DirectoryArchiveStore;

beforeEach(async () => {
  archive = await temporaryDirectory();
  store = new DirectoryArchiveStore(archive);
  await fillArchive(store, "slack", [...DAYS, "2026-03-03"]);
  await sealDays(store, "slack", DAYS);
});

const columns = (...args: string[]) =>
  run(["columns", "--archive", archive, ...args], { token: null });

const count = async () => {
  const sql = "SELECT dt, count(*) AS entries FROM audit_logs GROUP BY dt ORDER BY dt";
  const { code, stdout } = await run(["query", "--archive", archive, "--json", sql]);
  expect(code).toBe(0);
  return stdout;
};

describe("columns", () => {
  it("writes every sealed day as columns, and queries answer as before", async () => {
    const before = await count();
    const { code, stdout, stderr } = await columns();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const day of DAYS) expect(stdout).toContain(day);
    expect(stdout).not.toContain("2026-03-03");
    expect(await count()).toEqual(before);
    expect(await columns()).toMatchObject({
      code: 0,
      stdout: 'Every sealed day of "slack" has its columns.\n',
    });
  });

  it("prints one JSON object for programs", async () => {
    const { stdout } = await columns("--day", DAYS[0], "--json");
    expect(lastLine(stdout)).toMatchObject({
      source: "slack",
      days: [{ day: DAYS[0], entries: 6, isNew: true }],
    });
  });

  it("writes columns that nobody else can read, whatever the umask", async () => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    expect((await columns("--day", DAYS[0])).code).toBe(0);
    const written = await readdir(join(archive, "compact"), { recursive: true });
    expect(written.some((path) => path.endsWith(".parquet"))).toBe(true);
    for (const path of written) {
      expect((await stat(join(archive, "compact", path))).mode & 0o077, path).toBe(0);
    }
  });

  it("does the same under its former name, with a warning", async () => {
    const args = ["compact", "--archive", archive, "--day", DAYS[0], "--json"];
    const { code, stdout, stderr } = await run(args, { token: null });
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ days: [{ day: DAYS[0], isNew: true }] });
    expect(stderr).toBe(
      "audit-lake: compact is deprecated and goes away in the next release: use columns\n",
    );
  });

  it("removes what a run that was killed has left, and nothing that another writer is at work on", async () => {
    const unfinished = join(archive, ".unfinished");
    await writeFile(join(unfinished, "columns.slack.0123"), "half a file");
    await writeFile(join(unfinished, "columns.slack.0123.mark"), "{}");
    const others = ["columns.slack-2.0123", "0123"];
    for (const name of others) await writeFile(join(unfinished, name), "at work");
    expect((await columns("--day", DAYS[0])).code).toBe(0);
    expect((await readdir(unfinished)).sort()).toEqual(others.sort());
  });

  it("leaves the source to a run that is at work on it", async () => {
    const locks = new ProcessLocks(archive);
    onTestFinished(() => locks.close());
    locks.tryLock("columns slack", "another");
    expect(await columns()).toEqual({
      ...{ code: 75, stdout: "" },
      stderr: `audit-lake: another run writes columns of "slack" in ${archive}\n`,
    });
  });

  it("leaves verify to go by the lines", async () => {
    await columns();
    expect(await run(["verify", "--archive", archive])).toMatchObject({ code: 0 });
  });

  describe("of a day that has more than was sealed", () => {
    const noteOf = async (day: string) =>
      noteAddendum(store, UNGUARDED, "slack", { day, revision: 1 });
    const add = async (day: string) => {
      const dateCreate = startOfDay(day) + 9 * 3600 + 700;
      const bytes = Buffer.from(`{"id":"more","date_create":${dateCreate}}`);
      const { key, body } = await encodeObject("slack", [{ id: "more", dateCreate, bytes }]);
      await store.put(key, body);
    };

    it("leaves a noted addendum to its seal, and goes on", async () => {
      await noteOf(DAYS[0]);
      await add(DAYS[0]);
      const { code, stdout, stderr } = await columns();
      expect({ code, stderr }).toEqual({ code: 75, stderr: "" });
      expect(stdout).toContain(
        `${DAYS[0]} has entries that came after its seal, and its lines go on serving it: "audit-lake seal" seals it again`,
      );
      expect(stdout).toMatch(new RegExp(`^\\W*${DAYS[1]}`, "m"));
      expect(lastLine((await columns("--json")).stdout)).toMatchObject({
        days: [
          { day: DAYS[0], isNew: false, awaitsSeal: true },
          { day: DAYS[1], isNew: false },
        ],
      });
      expect(await run(["verify", "--archive", archive])).toMatchObject({ code: 0 });
    });

    it("makes columns of it while nothing is stored of what was noted", async () => {
      await noteOf(DAYS[0]);
      expect((await columns("--day", DAYS[0])).code).toBe(0);
    });

    it("names what nothing notes, and goes on", async () => {
      await add(DAYS[0]);
      const { code, stdout, stderr } = await columns();
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(`^audit-lake: the columns of ${DAYS[0]} of "slack" are not .*run verify`),
      );
      expect(stdout).toContain(DAYS[1]);
      expect((await run(["verify", "--archive", archive])).stdout).toContain("OBJECT ADDED");
    });

    it("names a manifest that cannot be trusted, and goes on", async () => {
      await writeFile(join(archive, manifestKey("slack", DAYS[0])), "{}");
      const { code, stdout, stderr } = await columns();
      expect(code).toBe(1);
      expect(stderr).toContain(`cannot trust ${manifestKey("slack", DAYS[0])}`);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(stdout).toContain(DAYS[1]);
    });
  });

  it.each<[string, string[], number, string]>([
    ["a day that is not sealed", ["--day", "2026-03-03"], 1, '2026-03-03 of "slack" is not sealed'],
    ["a day that is none", ["--day", "2026-13-01"], 2, "Give a day"],
    ["an archive that is not there", ["--archive", "/nowhere"], 2, "there is no archive at"],
  ])("refuses %s in one line", async (_, args, exit, problem) => {
    const { code, stdout, stderr } = await columns(...args);
    expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
