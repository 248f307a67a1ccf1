import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { countLate, type LatenessHistogram } from "../lib/run/lateness.ts";

/** CloudWatch takes a hundred values of a metric at once: enough to show how they are spread. */
const VALUES_MAX = 100;

/** Emit how late entries were: a value an entry, or fewer in the same proportion; none when none was late. */
export function addLatenessMetric(
  metrics: Pick<Metrics, "addMetric">,
  name: string,
  lateness: LatenessHistogram,
): void {
  const share = Math.min(1, VALUES_MAX / 2 / countLate(lateness));
  for (const [below, entries] of Object.entries(lateness)) {
    const values = Math.max(1, Math.round(entries * share));
    for (let value = 0; value < values; value++) {
      metrics.addMetric(name, MetricUnit.Seconds, Number(below));
    }
  }
}
