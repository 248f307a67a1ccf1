import { Duration, Lazy, Stack } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmProps,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  type MetricOptions,
  TextWidget,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { METRICS_ENVIRONMENT, writeEnvironment } from "../../lib/stack/environment.ts";
import { METRIC_NAMESPACE, type Service, SOURCE_DIMENSION } from "../../lib/stack/metrics.ts";

/** An alarm goes off at its threshold and above, and stays quiet while there is no data, unless it says otherwise. */
export interface AlarmSpec
  extends Omit<
    AlarmProps,
    "alarmName" | "alarmDescription" | "actionsEnabled" | "threshold" | "evaluationPeriods"
  > {
  /** The anchor of its article in docs/runbook.md. */
  article: string;
  /** What is the matter, as the e-mail says it. */
  summary: string;
  /** @default 1 */
  threshold?: number;
  /** @default 1 */
  evaluationPeriods?: number;
}

/** What a construct hands to the hub. */
export interface Monitored {
  /** Whose alarms they are: a source, or a part of the stack. It is a part of their names. */
  subject: string;
  alarms?: AlarmSpec[];
  /** On the dashboard, if there is one, below the rows that are there. */
  row?: { title: string; widgets: IWidget[] };
}

export interface MonitoringProps {
  /** Hears of each alarm. */
  topic: ITopic;
  hasDashboard: boolean;
}

/** The hub for alarms, each with its article in the runbook, and for the dashboard. Constructs add their own. */
export class Monitoring extends Construct {
  readonly #action: SnsAction;
  readonly #dashboard: Dashboard | undefined;
  /** What alarms watch. */
  readonly #watched: IMetric[] = [];

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.#action = new SnsAction(props.topic);
    this.#dashboard = props.hasDashboard
      ? new Dashboard(this, "Dashboard", {
          dashboardName: Stack.of(this).stackName,
          defaultInterval: Duration.days(1),
        })
      : undefined;
  }

  add({ subject, alarms = [], row }: Monitored): void {
    for (const alarm of alarms) {
      this.#addAlarm(subject, alarm);
    }
    if (row !== undefined && this.#dashboard !== undefined) {
      const title = new TextWidget({ markdown: `## ${row.title}`, width: 24, height: 1 });
      this.#dashboard.addWidgets(title, ...row.widgets);
    }
  }

  /**
   * The variables that tell a function which metrics to emit. Without a dashboard, those that no
   * alarm watches would be paid for and seen by nobody.
   */
  environmentOf(service: Service): Record<string, string> {
    if (this.#dashboard !== undefined) return {};
    // Alarms are added later.
    const METRICS = Lazy.string({ produce: () => namesOf(this.#watched, service).join() });
    return writeEnvironment(METRICS_ENVIRONMENT, { METRICS });
  }

  #addAlarm(subject: string, { article, summary, ...props }: AlarmSpec): void {
    const alarm = new Alarm(this, `${subject}-${article}`, {
      alarmName: `${Stack.of(this).stackName}-${subject}-${article}`,
      alarmDescription: `${summary} What to do: docs/runbook.md#${article}`,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    this.#watched.push(props.metric);
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action); // or nobody hears that it is over
  }
}

/** @returns names of the metrics that a function emits, each once, sorted */
function namesOf(metrics: readonly IMetric[], service: Service): string[] {
  const emitted = metrics
    .flatMap((metric) =>
      metric instanceof MathExpression ? Object.values(metric.usingMetrics) : metric,
    )
    .filter((metric) => metric instanceof Metric)
    .filter(({ namespace, dimensions }) => {
      return namespace === METRIC_NAMESPACE && dimensions?.service === service;
    });
  return [...new Set(emitted.map(({ metricName }) => metricName))].toSorted();
}

/** A metric that a function emits: lib/stack/metrics.ts. */
export function functionMetric(
  service: Service,
  metricName: string,
  { source, ...options }: MetricOptions & { source?: string },
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { service, ...(source === undefined ? {} : { [SOURCE_DIMENSION]: source }) },
    ...options,
  });
}

/** A graph of the dashboard: four in a line. */
export function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, width: 6, left, right });
}
