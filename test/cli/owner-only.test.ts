import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { startOfDay } from "../../lib/time.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { writeArchive } from "../sql/open-lake-of.ts";
import { run } from "./audit-lake.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

it("what the command makes is for its user alone, whatever the umask", async () => {
  const directory = await temporaryDirectory();
  const archive = join(directory, "archive");
  await writeArchive(archive, makeEntries(3, { from: startOfDay("2026-03-02") + 60 }).toReversed());
  await sealDays(new DirectoryArchiveStore(archive), "slack", ["2026-03-02"]);
  const before = process.umask(0o000);
  onTestFinished(() => {
    process.umask(before);
  });

  const inArchive = ["--archive", archive];
  const toFile = (format: string) => ["--output", format, "--file", join(directory, format)];
  const ended = await Promise.all([
    run(["columns", ...inArchive]),
    ...["parquet", "csv"].map((format) =>
      run(["query", "SELECT 1", ...inArchive, ...toFile(format)]),
    ),
  ]);

  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  const made = readdirSync(directory, { recursive: true }).map(String);
  expect(made.filter((path) => path.endsWith("parquet")).length).toBeGreaterThan(1);
  const isOpen = (path: string) => (statSync(join(directory, path)).mode & 0o077) !== 0;
  expect(made.filter(isOpen)).toEqual([]);
});
