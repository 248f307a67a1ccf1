import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../audit-lake.ts";
import { archivedLines } from "../local-run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** One archive for all tests: `ocsf` only reads. */
let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const files = ["page.json", "pages.json", "array.json"].map((name) => join(FIXTURES, name));
  expect(await run(["import", "--archive", archive, ...files])).toMatchObject({ code: 0 });
});
afterAll(() => rm(archive, { recursive: true }));

describe("ocsf", () => {
  it("prints an event for each line, in the order of the lines", async () => {
    const { code, stdout, stderr } = await run(["ocsf", "--archive", archive]);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(events.map(({ raw_data }) => raw_data)).toEqual(await archivedLines(archive));
    expect(events[0].metadata).toMatchObject({ version: "1.5.0", tenant_uid: "slack" });
  });

  it("writes a period to Parquet that SQL reads", async () => {
    const file = join(await temporaryDirectory(), "events.parquet");
    const args = ["--from", "1772442060", "--until", "1772445600", "--schema-version", "1.8.0"];
    const { code, stderr } = await run([
      ...["ocsf", "--archive", archive, ...args],
      ...["--output", "parquet", "--file", file],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    const sql = `SELECT metadata.uid AS uid, metadata.version AS version, raw_data
      FROM read_parquet('${file}') ORDER BY time`;
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const rows = (await connection.runAndReadAll(sql)).getRowObjects();

    expect(rows.map(({ uid, version }) => `${uid} ${version}`)).toEqual([
      "page-2 1.8.0",
      "page-3 1.8.0",
      "pages-1 1.8.0",
    ]);
    const lines = await archivedLines(archive);
    expect(rows.every(({ raw_data }) => lines.includes(String(raw_data)))).toBe(true);
  });

  it("adds what files say of the address and of who did it", async () => {
    const directory = await temporaryDirectory();
    const [networks, staff] = ["networks", "staff.csv"].map((name) => join(directory, name));
    await writeFile(networks ?? "", "192.0.2.0/24 Office\n");
    await writeFile(staff ?? "", "email,department\nmiles@example.com,Music\n");
    const { code, stdout } = await run([
      ...["ocsf", "--archive", archive, "--from", "1772442120", "--until", "1772442121"],
      ...["--networks", networks ?? "", "--staff", staff ?? ""],
    ]);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).enrichments).toEqual([
      {
        name: "src_endpoint.ip",
        value: "192.0.2.44",
        type: "address",
        data: { network: "Office", isKnownNetwork: true },
      },
      {
        name: "actor.user.uid",
        value: "U0MILES001",
        type: "staff",
        data: { email: "miles@example.com", department: "Music" },
      },
    ]);
  });

  it("gives out nothing of an object that is not what its name says", async () => {
    const damaged = await temporaryDirectory();
    await run(["import", "--archive", damaged, join(FIXTURES, "page.json")]);
    const files = await readdir(damaged, { recursive: true });
    const objects = files.filter((name) => name.endsWith(".gz"));
    const others = (await readdir(archive, { recursive: true })).filter(
      (name) => name.endsWith(".gz") && !objects.includes(name),
    );
    await writeFile(
      join(damaged, objects[0] ?? ""),
      await readFile(join(archive, others[0] ?? "")),
    );

    const refused = await run(["ocsf", "--archive", damaged]);
    const skipped = await run(["ocsf", "--archive", damaged, "--skip-damaged"]);

    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^audit-lake: cannot read audit_logs\/.*not those.*\n$/);
    expect(skipped.code).toBe(0);
    expect(skipped.stderr).toMatch(/^audit-lake: LEFT OUT audit_logs\/.*\n$/);
  });

  it("says so when there is nothing of the period", async () => {
    const { code, stdout, stderr } = await run(["ocsf", "--archive", archive, "--last", "1s"]);

    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^audit-lake: no entry is of this period; .* are of 2026-03-02 .*\n$/);
  });

  it.each([
    [["--output", "parquet"], "--output parquet needs --file"],
    [["--schema-version", "1.6.0"], "1.5.0, 1.8.0"],
    [["--source", "other"], 'has no source "other"'],
    [["--staff", "/no/such/file"], "--staff"],
    [["--from", "2026-05-02", "--until", "2026-05-01"], "must be later than --from"],
  ])("refuses %j in one line", async (args, problem) => {
    const { code, stdout, stderr } = await run(["ocsf", "--archive", archive, ...args]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^audit-lake: .*\n$/);
    expect(stderr).toContain(problem);
  });
});
