import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunctions, FUNCTIONS } from "../../functions/build.ts";
import { zipFunctions } from "../../packages/zip-functions.ts";

/** Of its zip, as Lambda gets it: what was reached, and some for a fix or two. */
const ZIP_KILOBYTES_MAX: Record<string, number> = {
  backfill: 172,
  columns: 143,
  detect: 226,
  ingest: 153,
  notify: 134,
  ocsf: 185,
  report: 530,
  "schema-watch": 131,
  seal: 188,
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
