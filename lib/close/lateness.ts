/**
 * How late entries appeared: how many by the power of two, in seconds, that
 * they stayed below. `{"64": 3, "1024": 1}`: three by 32 to 63 seconds, one by
 * 512 to 1023.
 */
export type Lateness = Record<string, number>;

/**
 * Count one more entry.
 *
 * @param seconds - from its event to when it was found; it may have appeared
 * sooner, but not when its time was listed before
 */
export function addLateness(lateness: Lateness, seconds: number): Lateness {
  const below = String(2 ** Math.floor(Math.log2(Math.max(1, seconds)) + 1));
  return { ...lateness, [below]: (lateness[below] ?? 0) + 1 };
}

export function sumLateness(parts: readonly Lateness[]): Lateness {
  const sum: Lateness = {};
  for (const [below, entries] of parts.flatMap((part) => Object.entries(part))) {
    sum[below] = (sum[below] ?? 0) + entries;
  }
  return sum;
}
