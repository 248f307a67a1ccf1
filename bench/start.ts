import { tmpdir } from "node:os";
import type { TimeRange } from "../lib/time.ts";
import { COMMAND, HANDLER, runIngest } from "./built-package.ts";
import { measure, median } from "./measured.ts";

/** CPU of a start, milliseconds, over that of Node alone. */
export interface StartFigures {
  node: number;
  version: number;
  ingest: number;
  handler: number;
}

const ENVIRONMENT = {
  AWS_REGION: "eu-central-1",
  SOURCE: "bench",
  ARCHIVE_BUCKET: "bench",
  CHECKPOINT_TABLE: "bench",
  TOKEN_SECRET_ID: "bench",
  SLACK_API_BASE: "https://api.slack.com/audit/v1/",
};

/** Medians of so many runs of each, in turn. */
export async function measureStart(
  baseUrl: string,
  from: number,
  runs: number,
): Promise<StartFigures> {
  const emptyRange: TimeRange = { from, until: from + 1 };
  const nothing = ["--eval", "0"];
  const starts: Record<keyof StartFigures, () => Promise<{ cpuSeconds: number }>> = {
    node: () => measure(nothing),
    version: () => measure([COMMAND, "--version"]),
    ingest: () => runIngest(baseUrl, emptyRange),
    handler: () => measure([HANDLER], { env: { ...ENVIRONMENT, HOME: tmpdir() } }),
  };
  const milliseconds = { node: [], version: [], ingest: [], handler: [] } as Record<
    keyof StartFigures,
    number[]
  >;
  // The first of each fills the compile cache.
  for (let run = 0; run <= runs; run++) {
    for (const [name, start] of Object.entries(starts) as [
      keyof StartFigures,
      () => Promise<{ cpuSeconds: number }>,
    ][]) {
      const { cpuSeconds } = await start();
      if (run > 0) milliseconds[name].push(1000 * cpuSeconds);
    }
  }
  const node = median(milliseconds.node);
  const over = (name: keyof StartFigures) => median(milliseconds[name]) - node;
  return { node, version: over("version"), ingest: over("ingest"), handler: over("handler") };
}
