/**
 * Read a `Retry-After` header: whole seconds, decimals, or an HTTP date.
 *
 * @param nowMs - epoch milliseconds, to which a date is compared
 * @returns seconds from now, never negative; nothing when the header is absent or means nothing
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(?:\.\d*)?$/.test(text)) {
    return Number(text);
  }
  // Date.parse reads far more than HTTP dates, "-5" among them.
  const dateMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, (dateMs - nowMs) / 1000);
}
