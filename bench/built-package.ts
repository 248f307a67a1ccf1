import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EXIT_OF_OUTCOME } from "../cli/exit-codes.ts";
import { FAKE_TOKEN } from "../fake-slack/fake-slack.ts";
import type { IngestSummary } from "../lib/ingest/summary.ts";
import { type TimeRange, toIsoSeconds } from "../lib/time.ts";
import { type Measured, measure } from "./measured.ts";

const PACK = join(import.meta.dirname, "../packages/pack.ts");
const DIST = join(import.meta.dirname, "../dist");
export const COMMAND = join(DIST, "slack-audit-lake/cli/audit-lake.js");
export const HANDLER = join(DIST, "functions/ingest/index.mjs");

/**
 * As it is published, in `dist`. By a process of its own: the peak of a process that is measured
 * counts what the one that started it had in memory.
 */
export async function buildPackage(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-pack-"));
  try {
    await promisify(execFile)(process.execPath, [PACK, directory]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

export interface IngestRun extends Measured {
  summary: IngestSummary;
}

/** `audit-lake ingest` of the built package, into an archive of its own. */
export async function runIngest(
  baseUrl: string,
  range: TimeRange,
  options: readonly string[] = [],
): Promise<IngestRun> {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-bench-"));
  try {
    return await ingestInto(directory, baseUrl, range, options);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** @param options - further ones of the command */
export async function ingestInto(
  directory: string,
  baseUrl: string,
  { from, until }: TimeRange,
  options: readonly string[] = [],
): Promise<IngestRun> {
  const args = [COMMAND, "ingest", "--json", "--archive", directory, "--api-base", baseUrl];
  const range = ["--from", toIsoSeconds(from), "--until", toIsoSeconds(until)];
  const run = await measure([...args, ...range, "--allowed-lateness", "0s", ...options], {
    env: { SLACK_AUDIT_TOKEN: FAKE_TOKEN },
    codes: [EXIT_OF_OUTCOME.caught_up, EXIT_OF_OUTCOME.out_of_time],
  });
  return { ...run, summary: JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "{}") };
}
