/**
 * What all handlers share: a function's environment, its log and metrics, and
 * the time that a call has. A handler adds its own wiring.
 */

import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import type { MetricsOptions } from "@aws-lambda-powertools/metrics/types";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { setFlatHeapFlags } from "../lib/run/flat-heap.ts";
import { systemClock } from "../lib/slack/clock.ts";
import {
  type EnvironmentSchema,
  METRICS_ENVIRONMENT,
  readEnvironment,
} from "../lib/stack/environment.ts";
import { METRIC_NAMESPACE, type Service, SOURCE_DIMENSION } from "../lib/stack/metrics.ts";
import { RESERVE_MS } from "../lib/stack/reserve.ts";

/** One call of a function. */
export interface Invocation {
  /** Unique to the call: who holds the leases that it takes. */
  owner: string;
  /** Epoch milliseconds. */
  startedAtMs: number;
  /** What Lambda grants the call. */
  grantedMs: number;
  /** Epoch milliseconds at which the work is to end, well before Lambda ends the call. */
  deadlineMs: number;
}

export interface LambdaFunction<Environment> {
  environment: Environment;
  logger: Logger;
  metrics: Metrics;
  /** @returns what Lambda calls: `handle` with its log and its metrics around it */
  handler<Event, Answer>(
    handle: (event: Event, invocation: Invocation) => Promise<Answer>,
  ): (event: Event, context: Context) => Promise<Answer>;
}

/** Metrics, of which only those are emitted that somebody reads. */
class EmittedMetrics extends Metrics {
  readonly #names: ReadonlySet<string> | undefined;

  /** @param names - theirs, with commas between; absent: all */
  constructor(names: string | undefined, options: MetricsOptions) {
    super(options);
    this.#names = names === undefined ? undefined : new Set(names.split(","));
  }

  override addMetric(...metric: Parameters<Metrics["addMetric"]>): this {
    const [name] = metric;
    return this.#names?.has(name) === false ? this : super.addMetric(...metric);
  }

  /** Without a warning in the log where there is nothing to emit. */
  override publishStoredMetrics(): this {
    if (this.hasStoredMetrics()) return super.publishStoredMetrics();
    this.clearDimensions();
    return this;
  }
}

/**
 * @param reserveMs - left when the work of a call ends
 * @throws {Error} naming each variable of the environment that is missing or wrong
 */
export function createFunction<Environment extends object>(
  service: Service,
  schema: EnvironmentSchema<Environment>,
  reserveMs = RESERVE_MS,
): LambdaFunction<Environment> {
  setFlatHeapFlags(); // Lambda's own arguments only bound the heap.
  const environment = readEnvironment(schema, process.env);
  // Where there is one, each line of the log and each metric has it.
  const { SOURCE: source }: { SOURCE?: string } = environment;
  const logger = new Logger({
    serviceName: service,
    ...(source === undefined ? {} : { persistentKeys: { source } }),
  });
  const { METRICS } = readEnvironment(METRICS_ENVIRONMENT, process.env);
  const metrics = new EmittedMetrics(METRICS, {
    namespace: METRIC_NAMESPACE,
    serviceName: service,
    ...(source === undefined ? {} : { defaultDimensions: { [SOURCE_DIMENSION]: source } }),
  });

  function handler<Event, Answer>(
    handle: (event: Event, invocation: Invocation) => Promise<Answer>,
  ): (event: Event, context: Context) => Promise<Answer> {
    const wrapped: (event: unknown, context: Context) => Promise<unknown> = middy<
      unknown,
      unknown
    >()
      .use(injectLambdaContext(logger, { resetKeys: true }))
      .use(logMetrics(metrics))
      .handler((event, context) => handle(event as Event, toInvocation(context, reserveMs)));
    return wrapped as (event: Event, context: Context) => Promise<Answer>;
  }
  return { environment, logger, metrics, handler };
}

/**
 * Do work that is told when the time of a call is over.
 *
 * @throws what `work` throws; when it stops at the signal, its reason
 */
export async function withinTime<Result>(
  { deadlineMs }: Invocation,
  work: (over: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const timer = setTimeout(
    () => over.abort(new Error("the function's time is over; the next call begins again")),
    deadlineMs - systemClock.nowMs(),
  );
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
  }
}

function toInvocation(context: Context, reserveMs: number): Invocation {
  const startedAtMs = systemClock.nowMs();
  const grantedMs = context.getRemainingTimeInMillis();
  return {
    owner: `${context.awsRequestId}/${randomUUID()}`,
    startedAtMs,
    grantedMs,
    deadlineMs: startedAtMs + grantedMs - reserveMs,
  };
}

/** Emit counts under their names. */
export function addCounts<Key extends string>(
  metrics: Pick<Metrics, "addMetric">,
  names: Readonly<Record<Key, string>>,
  counts: Readonly<Partial<Record<NoInfer<Key>, number>>>,
): void {
  for (const [key, count] of Object.entries(counts) as [Key, number][]) {
    metrics.addMetric(names[key], MetricUnit.Count, count);
  }
}

/** The counts of which there is something. */
export function withoutZeros<Key extends string>(
  counts: Readonly<Partial<Record<Key, number>>>,
): Partial<Record<Key, number>> {
  const entries = Object.entries(counts).filter(([, count]) => count !== 0);
  return Object.fromEntries(entries) as Partial<Record<Key, number>>;
}
