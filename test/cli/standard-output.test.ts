import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run, start } from "./audit-lake.ts";
import { ENTRY_POINT } from "./bundle.ts";

let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const page = fileURLToPath(new URL("../fixtures/page.json", import.meta.url));
  await run(["import", "--archive", archive, page]);
});
afterAll(() => rm(archive, { recursive: true }));

/** Run the command with a standard output to which nothing can be written, as on a full disk. */
async function runWithoutOutput(...args: string[]) {
  const unwritable = await open(ENTRY_POINT, "r");
  const child = spawn(process.execPath, [ENTRY_POINT, ...args], {
    stdio: ["ignore", unwritable.fd, "pipe"],
  });
  const [stderr, [code]] = await Promise.all([
    child.stderr === null ? "" : text(child.stderr),
    once(child, "close"),
  ]);
  await unwritable.close();
  return { code, stderr };
}

it.each([["status"], ["cat"], ["help"]])(
  "%s fails in one line when its output is lost",
  async (name) => {
    const { code, stderr } = await runWithoutOutput(
      name,
      ...(name === "help" ? ["seal"] : ["--archive", archive]),
    );

    expect(code).toBe(1);
    expect(stderr).toMatch(/^audit-lake: cannot write to standard output: .*\n$/);
  },
);

it("a large result ends by itself when its reader has gone", async () => {
  const sql = "SELECT * FROM range(500000) AS t (n)";
  const { process: child, ended } = start([
    ...["query", sql, "--archive", archive, "--output", "ndjson"],
  ]);
  child.stdout?.once("data", () => child.stdout?.destroy());
  await expect(ended).rejects.toThrow();

  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
});

it("verify ends with the code of what it found though its reader has gone", async () => {
  await mkdir(join(archive, "manifests/source=slack"), { recursive: true });
  await writeFile(join(archive, "manifests/source=slack/dt=2026-03-02.json"), "not a manifest");
  const { process: child, ended } = start(["verify", "--archive", archive]);
  child.stdout?.destroy();
  await expect(ended).rejects.toThrow(); // The test has closed what it would read.

  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(1);
});
