/** Where the weekly report lies in the bucket of results. */
export const REPORTS_PREFIX = "reports/";

/**
 * The same for each report of the same days, so that a later one replaces it.
 *
 * @param period - UTC days, both included
 */
export function reportKey({ from, to }: { from: string; to: string }): string {
  return `${REPORTS_PREFIX}audit-report-${from}-${to}.html`;
}
