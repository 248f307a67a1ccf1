import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** What a whole process used, from its start to its end. */
export interface Measured {
  stdout: string;
  wallSeconds: number;
  /** User and system. */
  cpuSeconds: number;
  peakMemoryMiB: number;
}

/**
 * Run Node with these arguments, and measure it.
 *
 * @throws {Error} when it ends with another exit code than is expected
 */
export async function measure(
  args: readonly string[],
  { env = {}, codes = [0] }: { env?: Record<string, string>; codes?: readonly number[] } = {},
): Promise<Measured> {
  const preloaded = ["--import", join(import.meta.dirname, "report-use.js")];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...preloaded, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [, stdout, stderr, use] = await Promise.all([
    once(child, "close"),
    ...child.stdio.slice(1).map((stream) => text(stream as NodeJS.ReadableStream)),
  ]);
  if (!codes.includes(child.exitCode ?? -1)) {
    throw new Error(`${args.join(" ")} ended with exit code ${child.exitCode}: ${stderr}`);
  }
  const wallSeconds = (performance.now() - startedMs) / 1000;
  return { stdout: stdout ?? "", wallSeconds, ...JSON.parse(use ?? "{}") };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = Number.NaN, above = Number.NaN] = [sorted.at(middle - 1), sorted.at(middle)];
  return sorted.length % 2 === 1 ? above : (below + above) / 2;
}

/** With commas between thousands. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString("en", {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  });
}
