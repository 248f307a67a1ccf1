/** What a worker of `npm run bench:query` is to do. */
export interface QueryJob {
  side: "audit-lake" | "DuckDB";
  directory: string;
  sql: string;
  format: "ndjson" | "json" | "csv" | "parquet";
  file: string;
}

/** What a whole process used, from its start. */
export interface QueryUse {
  seconds: number;
  cpuSeconds: number;
  peakMemoryMb: number;
}
