import type { SealSummary } from "../lib/seal/seal-summary.ts";
import type { TimeRange } from "../lib/time.ts";

/** A day with entries in one hour, to be sealed. */
export interface SealJob extends TimeRange {
  baseUrl: string;
  token: string;
  directory: string;
  source: string;
}

/** What a whole process used to seal a day. */
export interface SealUse {
  summary: SealSummary;
  wallSeconds: number;
  /** User and system, of the whole process from its start. */
  cpuSeconds: number;
  peakMemoryMiB: number;
}

/** Events of an archive, as the function writes them: a Parquet file a class. */
export interface OcsfJob {
  /** Of the archive. */
  directory: string;
}

export interface OcsfUse {
  /** Of the files. */
  bytes: number;
  cpuSeconds: number;
  peakMemoryMiB: number;
}
