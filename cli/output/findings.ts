import { showControls } from "./controls.ts";

/** What a check came to; `skip`: it could not be made. */
type FindingResult = "ok" | "warn" | "fail" | "skip";

/** What one check of a deployed stack found. */
export interface Finding {
  /** A source, or `stack`. */
  subject: string;
  check: string;
  result: FindingResult;
  found: string;
  /** What to do about it; absent when there is nothing to do. */
  todo?: string;
}

/** A line a check, and below it what to do. */
export function describeFindings(findings: readonly Finding[]): string {
  const columns = findings.map(({ result, subject, check }) => [result, subject, check] as const);
  const widths = [0, 1, 2].map((at) => Math.max(...columns.map((cells) => cells[at]?.length ?? 0)));
  const indent = " ".repeat(widths.reduce((sum, width) => sum + width + 2, 0));
  return findings
    .flatMap(({ found, todo }, row) => [
      `${columns[row]?.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}  ${showControls(found)}`,
      ...(todo === undefined ? [] : [`${indent}${showControls(todo)}`]),
    ])
    .join("\n");
}
