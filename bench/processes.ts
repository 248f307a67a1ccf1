import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { FLAT_HEAP_FLAGS } from "../lib/run/flat-heap.ts";

/**
 * What Lambda's bootstrap for Node.js passes to a function of so much memory:
 * 5 % of it for each half of the young generation, 90 % for the old one. As
 * arguments, they win over NODE_OPTIONS (docs/adr/0007-memory.md). Then what
 * `functions/lambda-function.ts` sets.
 */
export function lambdaFlags(memoryMb: number): string[] {
  return [
    `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    ...FLAT_HEAP_FLAGS,
  ];
}

/** Memory of the functions that ingest and seal. */
export const FUNCTION_MEMORY_MB = 512;

/** Run a worker of this folder with Lambda's flags; its job and what it prints are JSON. */
export async function work<T>(
  script: string,
  job: object,
  memoryMb = FUNCTION_MEMORY_MB,
): Promise<T> {
  const flags = lambdaFlags(memoryMb);
  const worker = spawn(process.execPath, [...flags, join(import.meta.dirname, script)], {
    env: { ...process.env, JOB: JSON.stringify(job) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(worker.stdout), once(worker, "close")]);
  if (worker.exitCode !== 0) {
    throw new Error(`${script} ended with exit code ${worker.exitCode}`);
  }
  return JSON.parse(output);
}

/** The fake Slack of a generated organization, as a process of its own. */
export async function withFakeSlack<T>(
  flags: readonly string[],
  use: (baseUrl: string) => Promise<T>,
): Promise<T> {
  const script = join(import.meta.dirname, "../fake-slack/main.ts");
  const fake = spawn(process.execPath, [script, ...flags], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    for await (const line of createInterface(fake.stdout)) {
      return await use(JSON.parse(line).baseUrl);
    }
    throw new Error("the fake Slack ended before it was ready");
  } finally {
    fake.kill();
    await once(fake, "close");
  }
}

/** What this process has used since its start: seconds of CPU, user and system; its largest size. */
export function processUse(): { cpuSeconds: number; peakMemoryMiB: number } {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMemoryMiB: maxRSS / 1024 };
}
