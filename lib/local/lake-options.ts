import type { LookUpAddress } from "./address-columns.ts";

/** How an archive is opened for SQL. */
export interface LakeOptions {
  /** Threads of DuckDB, each of which takes some 100 MB. @default as many as cores */
  threadsMax?: number | undefined;
  /** Memory of DuckDB; what does not fit goes to a temporary directory. @default 1 GB */
  memoryMaxBytes?: number | undefined;
  /** Give memory back to the system as soon as 1 MB is free, which DuckDB keeps for the next query otherwise. @default false */
  freedAtOnce?: boolean | undefined;
  /** The one file that `RowStream.copy` may write. */
  writableFile?: string | undefined;
  /** Leave damaged objects out of what is read, instead of an error. */
  skipDamaged?: boolean | undefined;
  /** Told several times a second what a query is at. */
  onProgress?: ((progress: LakeProgress) => void) | undefined;
  /** Says more of addresses: the view of entries, and results with `ip_address`, get columns of it. */
  lookUpAddress?: LookUpAddress | undefined;
  /** Told of each file that a query did not use, before its rows. */
  onNotice?: ((notice: LakeNotice) => void) | undefined;
}

/** What a query is at. */
interface LakeProgress {
  /** Files that it may open; or, once it has ended, that it opened. */
  files: number;
  /** Those of them that were checked; absent while the query runs. */
  checked?: number;
}

/** A file that is not what it should be, and what became of the query. */
export interface LakeNotice {
  key: string;
  problem: string;
  /** `from_lines`: nothing is missing; `left_out`: what it holds is. */
  effect: "from_lines" | "left_out";
}
