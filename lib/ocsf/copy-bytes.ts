/** Up to it bytes are copied one by one: a call takes longer. */
const SHORT_BYTES = 160;

/**
 * @param end - excluded
 * @returns where the copy ends
 */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  targetStart: number,
): number {
  const length = end - start;
  if (length > SHORT_BYTES) target.set(source.subarray(start, end), targetStart);
  else for (let at = 0; at < length; at++) target[targetStart + at] = source[start + at] as number;
  return targetStart + length;
}
