import type { IngestSummary } from "../lib/ingest/summary.ts";
import type { SealSummary } from "../lib/seal/seal-summary.ts";
import type { TimeRange } from "../lib/time.ts";

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

/** A day with entries in one hour, to be sealed. */
export interface SealJob extends TimeRange {
  baseUrl: string;
  token: string;
  directory: string;
  source: string;
}

/** What a whole process used to seal a day. */
export interface SealUse extends Omit<IngestUse, "summary"> {
  summary: SealSummary;
}

/** Events of an archive, and how they are written. */
export interface OcsfJob {
  /** Of the archive. */
  directory: string;
  output: "ndjson" | "parquet";
}

export interface OcsfUse {
  entries: number;
  /** Of the events as they are written. */
  bytes: number;
  cpuSeconds: number;
  peakMemoryMiB: number;
}
