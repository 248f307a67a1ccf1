import type { Fault } from "./faults.ts";

/** A request as it arrived. The token is not kept. */
export interface FakeCall {
  /** Counted from 1. */
  number: number;
  method: string;
  /** Below the base URL: `logs`, `schemas`, `actions`; the whole path when it is not below it. */
  path: string;
  params: Readonly<Record<string, string>>;
  /** Names in lower case, `authorization` left out. */
  headers: Readonly<Record<string, string>>;
  token: "right" | "wrong" | "expired" | "none";
  atMs: number;
  /** Absent until it is answered: the status, and the API's error code or the fault's kind if any. */
  answer?: { status: number; error?: string; fault?: Fault["kind"]; entries?: number };
}
