/** How an archive is opened for SQL. */
export interface LakeOptions {
  /** Threads of DuckDB, each of which takes some 100 MB. @default as many as cores */
  threadsMax?: number | undefined;
  /** The one file that `RowStream.copy` may write. */
  writableFile?: string | undefined;
  /** Leave damaged objects out of what is read, instead of an error. */
  skipDamaged?: boolean | undefined;
  /** Told of each file that a query did not use, before its rows. */
  onNotice?: ((notice: LakeNotice) => void) | undefined;
}

/** A file that is not what it should be, and what became of the query. */
export interface LakeNotice {
  key: string;
  problem: string;
  /** `from_lines`: nothing is missing; `left_out`: what it holds is. */
  effect: "from_lines" | "left_out";
}
