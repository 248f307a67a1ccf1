import { METRIC_NAMESPACE } from "../../lib/stack/metrics.ts";
import type { Deployment } from "../../test/fakes/local-account/deployment.ts";
import type { Call } from "./functions.ts";

/** A record of CloudWatch's embedded metric format. */
interface MetricRecord extends Record<string, unknown> {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
}

/** Values of a metric, in the order in which functions emitted them. */
export function valuesOf(name: string, calls: readonly Call[]): number[] {
  return recordsOf(calls).flatMap(
    (record) => (record[name] as number | number[] | undefined) ?? [],
  );
}

/** Each metric that functions emitted, with its dimensions. */
export function emittedMetrics(calls: readonly Call[]): Set<string> {
  const names = recordsOf(calls).flatMap((record) =>
    record._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((dimensions) =>
        Metrics.map(({ Name }) =>
          nameOf({
            Namespace,
            MetricName: Name,
            Dimensions: dimensions.map((Name) => ({ Name, Value: String(record[Name]) })),
          }),
        ),
      ),
    ),
  );
  return new Set(names);
}

/** Each metric of the functions that alarms watch, with its dimensions. */
export function watchedMetrics(deployment: Deployment): string[] {
  const metrics = deployment
    .all("AWS::CloudWatch::Alarm")
    .flatMap(([, alarm]): Metric[] =>
      (alarm.Metrics ?? [{ MetricStat: { Metric: alarm } }]).flatMap(
        ({ MetricStat }: { MetricStat?: { Metric: Metric } }) => MetricStat?.Metric ?? [],
      ),
    );
  return metrics.filter(({ Namespace }) => Namespace === METRIC_NAMESPACE).map(nameOf);
}

interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: string }[];
}

function nameOf({ Namespace, MetricName, Dimensions = [] }: Metric): string {
  const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).toSorted();
  return [Namespace, MetricName, ...dimensions].join(" ");
}

function recordsOf(calls: readonly Call[]): MetricRecord[] {
  return calls
    .flatMap(({ output }) => output.split("\n"))
    .filter((line) => line.includes('"_aws"'))
    .map((line) => JSON.parse(line));
}
