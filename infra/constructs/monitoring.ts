import { Duration, Stack } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IWidget,
  MathExpression,
  Metric,
  type MetricOptions,
  Stats,
  TextWidget,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { BACKFILL_METRICS, BACKFILL_SERVICE } from "../../functions/backfill/metric-names.ts";
import { COMPACT_METRICS, COMPACT_SERVICE } from "../../functions/columns/metric-names.ts";
import { DETECT_METRICS } from "../../functions/detect/metric-names.ts";
import {
  API_ERRORS_METRIC,
  CODE_DIMENSION,
  INGEST_METRICS,
  INGEST_SERVICE,
  LATENESS_METRIC,
  METRIC_NAMESPACE,
  SOURCE_DIMENSION,
} from "../../functions/ingest/metric-names.ts";
import { CLOSE_METRICS, CLOSE_SERVICE } from "../../functions/seal/metric-names.ts";
import type { BackfilledSource } from "./backfill.ts";
import type { Detection } from "./detection.ts";
import type { IngestedSource } from "./ingestion.ts";
import type { SealedSource } from "./sealing.ts";

export interface MonitoringProps {
  sources: IngestedSource[];
  /** Absent when it is turned off. */
  detection: Detection | undefined;
  backfill: BackfilledSource[];
  closing: SealedSource[];
  /** By the name that the alarm shows. */
  deadLetters: Record<string, IQueue>;
  workgroup: string;
  topic: ITopic;
}

interface AlarmSpec extends Omit<AlarmProps, "alarmName" | "alarmDescription" | "threshold"> {
  /** The anchor of its article in docs/runbook.md. */
  article: string;
  /** What is the matter, as the e-mail says it. */
  summary: string;
  /** The alarm goes off at this value and above. @default 1 */
  threshold?: number;
}

const HOUR_SECONDS = 3600;

/** Alarms, each with its article in the runbook, and a dashboard. */
export class Monitoring extends Construct {
  readonly #topic: ITopic;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.#topic = props.topic;

    const enabled = props.sources.filter(({ config }) => config.enabled);
    for (const source of enabled) {
      this.#addAlarms(source.config.name, sourceAlarms(source));
    }
    for (const source of props.closing) {
      this.#addAlarms(source.config.name, sealingAlarms(source));
    }
    for (const source of props.backfill) {
      this.#addAlarms(source.config.name, [backfillAlarm(source)]);
    }
    if (props.detection !== undefined) {
      this.#addAlarms("detection", detectionAlarms(props.detection));
    }
    for (const [name, queue] of Object.entries(props.deadLetters)) {
      this.#addAlarms(name, [deadLettersAlarm(queue)]);
    }
    this.#addAlarms("athena", [cutOffAlarm(props.workgroup)]);

    new Dashboard(this, "Dashboard", {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.days(1),
      widgets: [
        ...enabled.map(sourceWidgets),
        ...props.closing.map(sealingWidgets),
        ...props.backfill.map(backfillWidgets),
        ...(props.detection === undefined ? [] : [detectionWidgets(props.detection)]),
      ],
    });
  }

  #addAlarms(subject: string, specs: AlarmSpec[]): void {
    const { stackName } = Stack.of(this);
    const action = new SnsAction(this.#topic);
    for (const { article, summary, threshold = 1, ...props } of specs) {
      const alarm = new Alarm(this, `${subject}-${article}`, {
        alarmName: `${stackName}-${subject}-${article}`,
        alarmDescription: `${summary} What to do: docs/runbook.md#${article}`,
        threshold,
        ...props,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action); // or nobody hears that it is over
    }
  }
}

function sourceMetric(
  service: string,
  source: string,
  metricName: string,
  options: MetricOptions,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { service, [SOURCE_DIMENSION]: source },
    ...options,
  });
}

function ingestMetric(
  source: string,
  metricName: (typeof INGEST_METRICS)[keyof typeof INGEST_METRICS] | typeof LATENESS_METRIC,
  options: MetricOptions,
): Metric {
  return sourceMetric(INGEST_SERVICE, source, metricName, options);
}

function sealMetric(
  source: string,
  metric: keyof typeof CLOSE_METRICS,
  options: MetricOptions,
): Metric {
  return sourceMetric(CLOSE_SERVICE, source, CLOSE_METRICS[metric], options);
}

function sourceAlarms({ config, handler }: IngestedSource): AlarmSpec[] {
  const { name, alarms } = config;
  const period = Duration.seconds(config.schedule);
  const sum = (metric: keyof typeof INGEST_METRICS, of = period) =>
    ingestMetric(name, INGEST_METRICS[metric], { statistic: Stats.SUM, period: of });
  // Without data no run ended, which no-runs and runs-failing tell.
  const quiet = { treatMissingData: TreatMissingData.NOT_BREACHING };

  const specs: AlarmSpec[] = [
    {
      article: "ingestion-lag",
      summary: `The archive of ${name} is more than ${alarms.lag / 60} minutes behind.`,
      metric: ingestMetric(name, INGEST_METRICS.lagSeconds, { statistic: Stats.MAXIMUM, period }),
      threshold: alarms.lag,
      evaluationPeriods: 1,
      ...quiet,
    },
    {
      article: "runs-failing",
      summary: `The last three runs for ${name} failed.`,
      metric: handler.metricErrors({ period }),
      evaluationPeriods: 3, // one failure mends itself: the next run goes on where it stood
      ...quiet,
    },
    {
      article: "no-runs",
      summary: `No run for ${name} in three intervals.`,
      metric: handler.metricInvocations({ period }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING, // no data: the schedule stopped
    },
    {
      article: "token-missing",
      summary: `The token of ${name} is not set, so nothing is archived yet.`,
      metric: sum("tokenMissing"),
      evaluationPeriods: 1,
      ...quiet,
    },
    {
      article: "token-refused",
      summary: `Slack refuses the token of ${name}: nothing is archived until it is replaced.`,
      metric: sum("tokenRefused"),
      evaluationPeriods: 1,
      ...quiet,
    },
    {
      article: "quarantined-entries",
      summary: `Slack sent entries of ${name} that could not be read; they are kept apart.`,
      metric: sum("quarantined"),
      evaluationPeriods: 1,
      ...quiet,
    },
    {
      article: "throttled",
      summary: `Slack has throttled the last six runs for ${name}.`,
      metric: sum("throttled"),
      evaluationPeriods: 6, // a run or two is how a rate limit is meant to work
      ...quiet,
    },
  ];
  if (alarms.silence !== "off") {
    // Periods that hold a run each, as many as fit into the silence.
    const hours = Math.ceil(config.schedule / HOUR_SECONDS);
    specs.push({
      article: "silence",
      summary: `No new entry of ${name} for ${alarms.silence / HOUR_SECONDS} hours.`,
      metric: sum("entries", Duration.hours(hours)),
      threshold: 0,
      comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: Math.max(1, Math.floor(alarms.silence / (hours * HOUR_SECONDS))),
      ...quiet,
    });
  }
  return specs;
}

/** They close once a day, so a day is what there is to look at. */
const CLOSING_PERIOD = Duration.days(1);

function sealingAlarms({ config, stateMachine, compacts }: SealedSource): AlarmSpec[] {
  const { name } = config;
  const sum = (metric: keyof typeof CLOSE_METRICS) =>
    sealMetric(name, metric, { statistic: Stats.SUM, period: CLOSING_PERIOD });
  const quiet = {
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING, // nothing was closed, which days-unsealed tells
  };
  return [
    {
      article: "day-not-reconciled",
      summary: `A sealed day of ${name} is not the same in the archive and in Slack.`,
      metric: sum("unreconciled"),
      ...quiet,
    },
    {
      article: "late-found",
      summary: `The close of day found entries of ${name} that the runs had missed; they are archived now.`,
      metric: sum("lateFound"),
      ...quiet,
    },
    {
      article: "days-unsealed",
      summary: `Days of ${name} have waited for their seal for two days.`,
      // The last plan of each execution says none, if all went well.
      metric: sealMetric(name, "unsealedDays", {
        statistic: Stats.MINIMUM,
        period: CLOSING_PERIOD,
      }),
      ...quiet,
      evaluationPeriods: 2,
    },
    {
      article: "closing-failing",
      summary: `The close of day of ${name} failed or ran out of time.`,
      metric: metricEndedBadly(stateMachine),
      ...quiet,
    },
    ...(compacts ? [compactionAlarm(name)] : []),
  ];
}

function compactionAlarm(source: string): AlarmSpec {
  return {
    article: "day-not-compacted",
    summary: `The lines of a sealed day of ${source} are not what was sealed.`,
    metric: sourceMetric(COMPACT_SERVICE, source, COMPACT_METRICS.notCompacted, {
      statistic: Stats.SUM,
      period: CLOSING_PERIOD,
    }),
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING, // nothing was to be compacted
  };
}

function backfillAlarm({ config, stateMachine }: BackfilledSource): AlarmSpec {
  return {
    article: "backfill-failing",
    summary: `The backfill of ${config.name} failed or ran out of time.`,
    metric: metricEndedBadly(stateMachine),
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING, // none is at work
  };
}

/** Executions that nobody stopped and that did not succeed. */
function metricEndedBadly(stateMachine: IStateMachine): MathExpression {
  const period = Duration.minutes(5);
  return new MathExpression({
    label: "failed or timed out",
    expression: "FILL(failed, 0) + FILL(timedOut, 0)",
    usingMetrics: {
      failed: stateMachine.metricFailed({ period }),
      timedOut: stateMachine.metricTimedOut({ period }),
    },
    period,
  });
}

function detectMetric(
  metricName: (typeof DETECT_METRICS)[keyof typeof DETECT_METRICS],
  period: Duration,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { service: "detect" },
    statistic: Stats.SUM,
    period,
  });
}

function detectionAlarms({ queue, schemaWatchHandler }: Detection): AlarmSpec[] {
  const period = Duration.minutes(5);
  const quiet = {
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING, // nothing new to look at
  };
  return [
    {
      article: "detection-late",
      summary: "New objects have waited for the detection for more than 15 minutes.",
      metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      threshold: 15 * 60,
      ...quiet,
    },
    {
      article: "rule-failing",
      summary: "A detection rule failed on an entry, so an alert may be missing.",
      metric: detectMetric(DETECT_METRICS.ruleFailures, period),
      ...quiet,
    },
    {
      article: "unreadable-lines",
      summary: "The archive holds lines that are no entries.",
      metric: detectMetric(DETECT_METRICS.unreadable, period),
      ...quiet,
    },
    {
      article: "schema-check-failing",
      summary: "The daily look at what Slack logs failed.",
      metric: schemaWatchHandler.metricErrors({ period }),
      ...quiet,
    },
  ];
}

function deadLettersAlarm(queue: IQueue): AlarmSpec {
  return {
    article: "dead-letters",
    summary: "Something could not be delivered and waits in a dead-letter queue.",
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING, // an idle queue reports nothing
  };
}

function cutOffAlarm(workgroup: string): AlarmSpec {
  return {
    article: "query-cut-off",
    summary:
      "A query was cancelled, by a person or because it read more than the workgroup allows.",
    metric: new Metric({
      namespace: "AWS/Athena",
      metricName: "TotalExecutionTime",
      dimensionsMap: { WorkGroup: workgroup, QueryState: "CANCELED", QueryType: "DML" },
      statistic: Stats.SAMPLE_COUNT,
      period: Duration.minutes(5),
    }),
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING, // nobody queries
  };
}

function sourceWidgets({ config, handler }: IngestedSource): IWidget[] {
  const period = Duration.seconds(Math.max(config.schedule, 300));
  const graph = (title: string, statistic: string, ...metrics: (keyof typeof INGEST_METRICS)[]) =>
    new GraphWidget({
      title,
      width: 6,
      left: metrics.map((metric) =>
        ingestMetric(config.name, INGEST_METRICS[metric], { statistic, period }),
      ),
    });
  return [
    new TextWidget({ markdown: `## ${config.name}`, width: 24, height: 1 }),
    graph("Lag, seconds", Stats.MAXIMUM, "lagSeconds"),
    graph("Entries", Stats.SUM, "entries", "lateEntries"),
    graph("Left out or set aside", Stats.SUM, "duplicatesDropped", "quarantined"),
    graph("Calls and bytes", Stats.SUM, "pages", "bytes"),
    graph("Time used, percent", Stats.MAXIMUM, "timeUsedPercent"),
    graph(
      "Runs that ended early",
      Stats.SUM,
      "failed",
      "throttled",
      "tokenMissing",
      "tokenRefused",
    ),
    new GraphWidget({
      title: "Errors of Slack's API",
      width: 6,
      left: [
        new MathExpression({
          // The codes are an open set, so they are searched for.
          expression: `SEARCH('{${METRIC_NAMESPACE},${CODE_DIMENSION},service,${SOURCE_DIMENSION}} MetricName="${API_ERRORS_METRIC}" ${SOURCE_DIMENSION}="${config.name}"', 'Sum')`,
          label: "",
          period,
        }),
      ],
    }),
    new GraphWidget({
      title: "Runs",
      width: 6,
      left: [handler.metricInvocations({ period }), handler.metricErrors({ period })],
    }),
    new GraphWidget({
      title: "Lateness, seconds, 99 of 100 are below",
      width: 6,
      left: [ingestMetric(config.name, LATENESS_METRIC, { statistic: Stats.p(99), period })],
    }),
  ];
}

function sealingWidgets({ config, stateMachine, compacts }: SealedSource): IWidget[] {
  const graph = (title: string, statistic: string, ...metrics: (keyof typeof CLOSE_METRICS)[]) =>
    new GraphWidget({
      title,
      width: 6,
      left: metrics.map((metric) =>
        sealMetric(config.name, metric, { statistic, period: CLOSING_PERIOD }),
      ),
    });
  return [
    new TextWidget({ markdown: `## ${config.name}: close of day`, width: 24, height: 1 }),
    graph("Days sealed", Stats.SUM, "reconciled", "unreconciled"),
    graph("Days not sealed", Stats.MINIMUM, "unsealedDays"),
    graph("Differences from Slack", Stats.SUM, "lateFound", "onlyInArchive", "twice"),
    graph("Lateness, seconds, 99 of 100 are below", Stats.p(99), "latenessSeconds"),
    new GraphWidget({
      title: "Executions",
      width: 6,
      left: [
        stateMachine.metricSucceeded({ period: CLOSING_PERIOD }),
        stateMachine.metricFailed({ period: CLOSING_PERIOD }),
        stateMachine.metricTimedOut({ period: CLOSING_PERIOD }),
      ],
      right: [sealMetric(config.name, "failed", { statistic: Stats.SUM, period: CLOSING_PERIOD })],
    }),
    ...(compacts
      ? [
          new GraphWidget({
            title: "Days compacted",
            width: 6,
            left: Object.values(COMPACT_METRICS).map((metric) =>
              sourceMetric(COMPACT_SERVICE, config.name, metric, {
                statistic: Stats.SUM,
                period: CLOSING_PERIOD,
              }),
            ),
          }),
        ]
      : []),
  ];
}

function backfillWidgets({ config, stateMachine }: BackfilledSource): IWidget[] {
  const period = Duration.minutes(5);
  const graph = (title: string, ...metrics: (keyof typeof BACKFILL_METRICS)[]) =>
    new GraphWidget({
      title,
      width: 6,
      left: metrics.map((metric) =>
        sourceMetric(BACKFILL_SERVICE, config.name, BACKFILL_METRICS[metric], {
          statistic: Stats.SUM,
          period,
        }),
      ),
    });
  return [
    new TextWidget({ markdown: `## ${config.name}: backfill`, width: 24, height: 1 }),
    graph("Entries", "entries"),
    graph("Calls", "pages"),
    graph("Runs that ended early", "throttled", "failed"),
    new GraphWidget({
      title: "Executions",
      width: 6,
      left: [
        stateMachine.metricSucceeded({ period }),
        stateMachine.metricFailed({ period }),
        stateMachine.metricTimedOut({ period }),
        stateMachine.metricAborted({ period }),
      ],
    }),
  ];
}

function detectionWidgets({ handler, queue }: Detection): IWidget[] {
  const period = Duration.minutes(5);
  const graph = (title: string, ...metrics: (keyof typeof DETECT_METRICS)[]) =>
    new GraphWidget({
      title,
      width: 6,
      left: metrics.map((metric) => detectMetric(DETECT_METRICS[metric], period)),
    });
  return [
    new TextWidget({ markdown: "## Detection", width: 24, height: 1 }),
    graph("Alerts", "matches", "published", "suppressed"),
    graph("Looked at", "objects", "tooOld", "entries"),
    graph("New in Slack's vocabulary", "newNames"),
    graph("Went wrong", "failed", "ruleFailures", "unreadable"),
    new GraphWidget({
      title: "Waiting, seconds",
      width: 6,
      left: [queue.metricApproximateAgeOfOldestMessage({ period })],
    }),
    new GraphWidget({
      title: "Invocations",
      width: 6,
      left: [handler.metricInvocations({ period }), handler.metricErrors({ period })],
    }),
  ];
}
