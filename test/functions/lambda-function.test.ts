import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  addCounts,
  createFunction,
  type Invocation,
  withinTime,
} from "../../functions/lambda-function.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { sourceName } from "../../lib/stack/environment.ts";
import { SERVICES } from "../../lib/stack/metrics.ts";
import { lambdaContext } from "./lambda-context.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const NAMES = { done: "Done", failed: "Failed" } as const;
const OF_A_SOURCE = { SOURCE: sourceName };

let output: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  vi.stubEnv("POWERTOOLS_DEV", "true"); // metrics and logs go to the global console
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("SOURCE", "grid");
  output = [];
  for (const method of ["log", "info"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => output.push(String(line)));
  }
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const lines = () => output.map((line) => JSON.parse(line));

describe("createFunction", () => {
  it("tells each call when its work is to end, and who it is", async () => {
    const { handler } = createFunction(SERVICES.backfill, OF_A_SOURCE);
    const call = handler(async (_event: string, invocation) => invocation);
    const invocations: Invocation[] = [
      await call("one", lambdaContext(300_000)),
      await call("two", lambdaContext(300_000)),
    ];

    expect(invocations[0]).toMatchObject({
      startedAtMs: NOW_MS,
      grantedMs: 300_000,
      deadlineMs: NOW_MS + 260_000,
    });
    expect(new Set(invocations.map(({ owner }) => owner)).size).toBe(2);
  });

  it("leaves as much of the time as it is told to", async () => {
    const { handler } = createFunction(SERVICES.schemaWatch, OF_A_SOURCE, 20_000);
    const call = handler(async (_event: unknown, { deadlineMs }) => deadlineMs);

    expect(await call(undefined, lambdaContext(120_000))).toBe(NOW_MS + 100_000);
  });

  it("puts service and source on each line of the log and each metric", async () => {
    const { handler, logger, metrics } = createFunction(SERVICES.seal, OF_A_SOURCE);
    await handler(async () => {
      logger.info("the run is over");
      addCounts(metrics, NAMES, { done: 2, failed: 0 });
    })(undefined, lambdaContext());

    expect(lines()).toEqual([
      expect.objectContaining({ message: "the run is over", service: "close-day", source: "grid" }),
      expect.objectContaining({ service: "close-day", source: "grid", Done: 2, Failed: 0 }),
    ]);
  });

  it("has no source where the function works on all of them", async () => {
    const { handler, logger, metrics } = createFunction(SERVICES.detect, {});
    await handler(async () => {
      logger.info("an object was looked at");
      addCounts(metrics, NAMES, { done: 1 });
    })(undefined, lambdaContext());

    expect(lines()).toHaveLength(2);
    for (const line of lines()) {
      expect(line).toMatchObject({ service: "detect" });
      expect(line).not.toHaveProperty("source");
    }
  });

  it("emits what was counted when the call fails, and fails", async () => {
    const { handler, metrics } = createFunction(SERVICES.ingest, OF_A_SOURCE);
    const call = handler(async () => {
      addCounts(metrics, NAMES, { failed: 1 });
      throw new Error("AccessDenied");
    });

    await expect(call(undefined, lambdaContext())).rejects.toThrow("AccessDenied");
    expect(lines()).toEqual([expect.objectContaining({ Failed: 1 })]);
  });

  it("emits the metrics that its environment names, where it does", async () => {
    vi.stubEnv("METRICS", "Failed,Late");
    const { handler, metrics } = createFunction(SERVICES.ingest, OF_A_SOURCE);
    const call = handler(async (counts: Record<"done" | "failed", number>) => {
      addCounts(metrics, NAMES, counts);
    });
    await call({ done: 2, failed: 1 }, lambdaContext());
    await call({ done: 2, failed: 0 }, lambdaContext());

    expect(lines()).toMatchObject([{ Failed: 1 }, { Failed: 0 }]);
    for (const line of lines()) expect(line).not.toHaveProperty("Done");
  });

  it("writes nothing of metrics where there are none", async () => {
    vi.stubEnv("METRICS", "");
    const { handler, metrics } = createFunction(SERVICES.ingest, OF_A_SOURCE);
    await handler(async () => {
      addCounts(metrics, NAMES, { done: 2 });
    })(undefined, lambdaContext());

    expect(output).toEqual([]);
    expect(console.warn).not.toHaveBeenCalled();
  });

  it("does not start with an environment that is wrong", () => {
    vi.stubEnv("SOURCE", undefined);

    expect(() => createFunction(SERVICES.ingest, OF_A_SOURCE)).toThrow(
      /^the function's environment is wrong: SOURCE: /,
    );
  });
});

describe("work within the time of a call", () => {
  const within = (ms: number) => ({ deadlineMs: systemClock.nowMs() + ms }) as Invocation;

  it("is told when the time is over", async () => {
    const work = (over: AbortSignal) =>
      new Promise((_, reject) => over.addEventListener("abort", () => reject(over.reason)));

    await expect(withinTime(within(0), work)).rejects.toThrow("the function's time is over");
  });

  it("is done when it is done before", async () => {
    expect(await withinTime(within(60_000), async ({ aborted }) => aborted)).toBe(false);
  });
});
