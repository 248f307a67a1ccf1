import { formatBytes } from "../output/format.ts";

/** Most regions, 2026: https://aws.amazon.com/athena/pricing/ */
const ATHENA_DOLLARS_PER_TB = 5;
/** Each query is billed for at least this much. */
const BILLED_BYTES_MIN = 10e6;

/** `12.3 MB scanned, about $0.0001` */
export function describeScan(bytes: number): string {
  const dollars =
    (Math.max(bytes, bytes === 0 ? 0 : BILLED_BYTES_MIN) / 1e12) * ATHENA_DOLLARS_PER_TB;
  const digits = dollars > 0 && dollars < 0.01 ? 5 : 2;
  return `${formatBytes(bytes)} scanned, about $${dollars.toFixed(digits)}`;
}
