import type { IngestSummary } from "../lib/ingest/summary.ts";

/** What a worker is to do. */
export interface IngestJob {
  baseUrl: string;
  token: string;
  directory: string;
  /** Epoch seconds, included. */
  from: number;
  /** Epoch seconds, excluded. */
  until: number;
  timeLimitMs: number;
}

/** What a whole process used for one run. */
export interface IngestUse {
  summary: IngestSummary;
  wallSeconds: number;
  /** User and system, of the whole process from its start. */
  cpuSeconds: number;
  peakMemoryMiB: number;
}

/** What parsing and compressing the same bytes takes. */
export interface FloorUse {
  entries: number;
  bodyBytes: number;
  cpuSeconds: number;
}
