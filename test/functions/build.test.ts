import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunctions, FUNCTIONS } from "../../functions/build.ts";
import { zipFunctions } from "../../packages/zip-functions.ts";

/** Of its zip, as Lambda gets it: what was reached, and some for a fix or two. */
const ZIP_KILOBYTES_MAX: Record<string, number> = {
  backfill: 145,
  columns: 120,
  detect: 198,
  ingest: 120,
  notify: 114,
  ocsf: 170,
  report: 493,
  "schema-watch": 112,
  seal: 163,
};

let directory: string;
let zips: Map<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "zips-"));
  await buildFunctions(directory);
  zips = await zipFunctions(FUNCTIONS, directory, directory, "0.0.0");
});

afterAll(() => rm(directory, { recursive: true }));

describe("the zip of a function", () => {
  it.each(FUNCTIONS)("is small enough to start fast: %s", async (name) => {
    const { size } = await stat(join(directory, zips.get(name) ?? ""));
    expect(size / 1000).toBeLessThan(ZIP_KILOBYTES_MAX[name] ?? 0);
  });
});
