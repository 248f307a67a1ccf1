import type { Template } from "aws-cdk-lib/assertions";
import { expect, it } from "vitest";
import { FUNCTION_MEMORY_MB } from "../../bench/processes.ts";
import { SERVICES, type Service } from "../../lib/stack/metrics.ts";
import { resource, synthesize } from "../infra/synthesize.ts";
import { ASSUMED, PRICES, VOLUMES, type Volume } from "./cost-figures.ts";
import {
  type Bill,
  eventsDollarsPerMillion,
  findingsDollarsPerThousand,
  type Pieces,
  runSeconds,
  scannedGb,
  toBill,
  toClose,
} from "./cost-model.ts";

/** Each with the beginning of its logical id. */
const FUNCTIONS: [Service, string][] = [
  [SERVICES.ingest, "IngestionacmeFunction"],
  [SERVICES.backfill, "BackfillacmeFunction"],
  [SERVICES.seal, "ClosingacmeFunction"],
  [SERVICES.columns, "ClosingacmeCompactionFunction"],
  [SERVICES.detect, "DetectionDetect"],
  [SERVICES.schemaWatch, "DetectionDrift"],
];

const SCHEDULE_SECONDS = 86_400 / ASSUMED.runsPerDay;

const PIECES = piecesOf(synthesize().template);
const WITHOUT_DASHBOARD = piecesOf(synthesize({ dashboard: false }).template);

/** Dollars a month. */
const MAX_OF_A_SMALL_SOURCE = 8;

function piecesOf(template: Template): Pieces {
  const count = (type: string) => Object.keys(template.findResources(type)).length;
  return {
    // One that does arithmetic watches several metrics, and is billed for each.
    alarms: Object.values(template.findResources("AWS::CloudWatch::Alarm"))
      .map(({ Properties }) => Properties.Metrics?.filter(isWatched).length ?? 1)
      .reduce((sum, metrics) => sum + metrics, 0),
    dashboards: count("AWS::CloudWatch::Dashboard"),
    secrets: count("AWS::SecretsManager::Secret"),
    keys: count("AWS::KMS::Key"),
    emitted: new Map(
      FUNCTIONS.flatMap(([service, id]) => {
        const { METRICS } = resource(template, "AWS::Lambda::Function", id).Properties.Environment
          .Variables;
        return METRICS === undefined ? [] : [[service, new Set(METRICS.split(","))]];
      }),
    ),
  };
}

function isWatched({ MetricStat }: { MetricStat?: object }): boolean {
  return MetricStat !== undefined;
}

it("docs/reference/cost.md says what the model comes to", async () => {
  // After a change of the model, the metrics or the alarms: npm run docs
  await expect(renderPage()).toMatchFileSnapshot("../../docs/reference/cost.md");
});

it("a small source with alarms and no dashboard costs less than $8 a month", () => {
  const [bill = {}] = VOLUMES.map((volume) => toBill(volume, WITHOUT_DASHBOARD));

  expect(WITHOUT_DASHBOARD.alarms).toBeGreaterThan(20);
  expect(sum(bill)).toBeLessThan(MAX_OF_A_SMALL_SOURCE);
});

it.each(VOLUMES)("a run of $entriesPerDay entries a day ends well before the next", (volume) => {
  expect(runSeconds(volume)).toBeLessThan(SCHEDULE_SECONDS / 2);
  expect(volume.calls / (SCHEDULE_SECONDS / 60)).toBeLessThan(50); // Slack's limit a minute
});

it("assumes the memory that the functions have", () => {
  const { template } = synthesize();
  const memories = Object.values(template.findResources("AWS::Lambda::Function"))
    .filter(({ Properties }) =>
      /Takes in|Brings in|Seals|rules/i.test(Properties.Description ?? ""),
    )
    .map(({ Properties }) => Properties.MemorySize / 1024);

  expect(memories.length).toBeGreaterThan(0);
  expect(new Set(memories)).toEqual(new Set([ASSUMED.gb]));
  const columns = resource(template, "AWS::Lambda::Function", "ClosingacmeCompactionFunction");
  expect(columns.Properties.MemorySize / 1024).toBe(ASSUMED.columnsGb);
  // Benchmarks run with the sizes that Lambda gives these functions.
  expect(ASSUMED.gb * 1024).toBe(FUNCTION_MEMORY_MB);
});

function sum(bill: Bill): number {
  return Object.values(bill).reduce((total, cost) => total + cost, 0);
}

function renderPage(): string {
  const bills = VOLUMES.map((volume) => toBill(volume, PIECES));
  const totals = (ofStack: Pieces) =>
    VOLUMES.map((volume) => `**${dollars(sum(toBill(volume, ofStack)))}**`);
  const rows = Object.keys(bills[0] ?? {}).map((item) =>
    tableRow(item, ...bills.map((bill: Bill) => dollars(bill[item] ?? 0))),
  );
  const column = (of: (volume: Volume) => string) => VOLUMES.map(of);
  return `# Cost

Dollars a month for one source that runs every five minutes, with detection on, and days sealed and stored in columns. List prices of us-east-1 as known in 2025, without free tiers. They were not looked up live: check them before you rely on them. The table is computed: \`test/docs/cost-figures.ts\` has every price and measured figure, \`cost-model.ts\` every formula; alarms, keys and secrets are counted in the synthesized template, and a test keeps the first column under $8 without the dashboard.

${tableRow("entries a day", ...column(({ entriesPerDay }) => entriesPerDay.toLocaleString("en-US")))}
| --- | --: | --: | --: |
${rows.join("\n")}
${tableRow("**a month**", ...totals(PIECES))}
${tableRow("**with `dashboard: false`**", ...totals(WITHOUT_DASHBOARD))}

Not included: queries by people (below), e-mails and other deliveries of alerts, your own VPC endpoints or proxies, CloudTrail data events, Object Lock versions, the storage of the columns.

## The arithmetic

Measured for one run, on the engine in virtual time with evenly spread entries:

${tableRow("entries a day", ...column(({ entriesPerDay }) => entriesPerDay.toLocaleString("en-US")))}
| --- | --: | --: | --: |
${tableRow("calls to Slack", ...column(({ calls }) => String(calls)))}
${tableRow("S3 listings", ...column(({ lists }) => String(lists)))}
${tableRow("S3 reads", ...column(({ gets }) => String(gets)))}
${tableRow("S3 writes (objects)", ...column(({ puts }) => String(puts)))}
${tableRow("DynamoDB writes", ...column(({ writes }) => String(writes)))}
${tableRow("seconds billed, computed", ...column((volume) => runSeconds(volume).toFixed(1)))}

- **Lambda.** ${ASSUMED.cpuSecondsPerMillionListed} CPU seconds for a million entries listed (\`npm run bench\`, on the machine that it ran on; Graviton may differ by some tens of percent), times ${ASSUMED.listedPerStored}, because a late scan lists entries again. At ${ASSUMED.gb * 1024} MB Lambda gives ${(ASSUMED.gb / ASSUMED.gbPerVcpu).toFixed(2)} vCPU, so a CPU second takes ${(ASSUMED.gbPerVcpu / ASSUMED.gb).toFixed(2)} s. To that come ${ASSUMED.slackCallSeconds} s of waiting for each call and ${ASSUMED.otherSeconds} s for each run. Seconds × ${ASSUMED.gb} GB × $${PRICES.lambdaGbSecond} (arm64), and $${(PRICES.lambdaRequest * 1e6).toFixed(2)} for a million starts. Detection starts once for each object, with ${ASSUMED.detectCpuSecondsPerMillion} CPU seconds for a million entries.
- **Sealing.** A day is listed once more, and its archived entries are read: at 50 million entries a day that is ${toClose(VOLUMES.at(-1) as Volume).calls.toLocaleString("en-US")} calls, ${Math.ceil(toClose(VOLUMES.at(-1) as Volume).calls / 40 / 60)} hours at 40 a minute, the most that sealing makes. Lambda bills the waiting in between, too. Computed with the figures of ingestion. Step Functions: $${(PRICES.stateTransition * 1000).toFixed(3)} for a thousand state transitions.
- **Columns.** Athena reads each sealed day once, and the function reads it to hash its lines: ${ASSUMED.columnsCpuSecondsPerMillion} CPU seconds a million at ${ASSUMED.columnsGb * 1024} MB, and ${ASSUMED.columnsWaitSeconds} s of waiting for Athena.
- **Events of OCSF**, off by default: $${eventsDollarsPerMillion().written.toFixed(3)} for a million entries once (${ASSUMED.eventsCpuSecondsPerMillion} CPU seconds at ${ASSUMED.columnsGb * 1024} MB, ${ASSUMED.eventsPutsPerMillion} writes), and $${eventsDollarsPerMillion().storedMonth.toFixed(4)} a month for their ${ASSUMED.eventsBytesPerEntry} bytes an entry; another version of the schema costs the same again. A thousand alerts among them: $${findingsDollarsPerThousand().toFixed(4)} (a read each, ${ASSUMED.findingsPutsPerBatch} writes). A copy in Security Lake's bucket: the writes and the storage again, and what Security Lake bills. One alarm more, and two metrics in the hour in which days are written.
- **Weekly report**, off by default: up to 29 queries a week, three of them over 97 days and the others over 7, and a minute of Lambda. The last row of the table below is what they read of lines; days in columns cost less. One alarm more.
- **Backfill.** \`audit-lake backfill --estimate\` prints what it would cost before it begins.
- **S3.** $${(PRICES.s3PutOrList * 1000).toFixed(3)} for a thousand writes and listings, $${(PRICES.s3Get * 1000).toFixed(4)} for a thousand reads; detection reads each object once more. Storage is a full year in S3 Standard at ${ASSUMED.bytesPerEntry} bytes an entry, compressed: twice what the made-up organization takes, because real entries vary more. $${PRICES.s3StandardGbMonth} a GB and month. Tiers reduce it, but S3 does not move objects below 128 KB to them by itself.
- **DynamoDB.** On demand, $${PRICES.dynamoDbWrite * 1e6} for a million writes and $${PRICES.dynamoDbRead * 1e6} for a million reads.
- **Correlations.** Rules about several entries remember them by user, address or app: ${ASSUMED.correlatedPerEntry} writes an entry, each with three reads, on the made-up organization. Six tenths are downloads (\`many-files-downloaded\`, \`guest-invited-then-downloads\`), nearly three tenths sign-ins (\`login-after-deactivation\`, \`login-after-failures\`). Turn those off that are not worth it to you: [Detection](../operate/detection.md#configure).
- **Alarms** on ${PIECES.alarms} metrics at $${PRICES.alarmMonth.toFixed(2)} each (an alarm that adds two metrics up is billed for both).
- **Metrics** at $${PRICES.metricMonth.toFixed(2)} each for a whole month. CloudWatch bills the hours in which a metric gets a value, so what counts trouble is emitted without zeros and costs nothing while there is none. Nine metrics get a value in each run, ten more when a day is sealed; late entries, matches of rules and new names are assumed in 2 hours of a day at 10,000 entries, and in each hour otherwise.
- **Dashboard.** $${PRICES.dashboardMonth}. \`dashboard: false\` leaves it out, and with it the metrics that no alarm watches: three of the nine then get a value in each run.
- **Fixed.** A secret at $${PRICES.secretMonth.toFixed(2)} and a KMS key at $${PRICES.kmsKeyMonth} (each of the first two yearly rotations adds $1). Every further source adds its own metrics, alarms and secret.
- **Targets of alerts** ([Routing](../operate/routing.md)), each: two alarms ($0.20), a queue that Lambda polls ($0.26), a secret ($0.40), and up to three metrics in the hours in which alerts are sent. None unless you configure them.
- **SQS.** Lambda polls the detection queue all day, even when it is empty: ${(ASSUMED.emptyReceivesPerDay * ASSUMED.daysPerMonth).toLocaleString("en-US")} times a month.
- **Slack** charges nothing for calls, and allows about 50 a minute.

## Queries

Athena bills what a query reads, $${PRICES.athenaTb} a TB, at least 10 MB. The lines are one compressed column, so a query reads every byte of the days it names, whatever it selects. (Sealed days in [columns](../operate/columns.md) cost less.)

${tableRow("entries a day", ...column(({ entriesPerDay }) => entriesPerDay.toLocaleString("en-US")))}
| --- | --: | --: | --: |
${tableRow("one day", ...column((volume) => describeQuery(volume, 1)))}
${tableRow("30 days (the saved queries)", ...column((volume) => describeQuery(volume, 30)))}
${tableRow("a weekly report", ...column((volume) => describeQuery(volume, 26 * 7 + 3 * 97)))}

\`audit-lake query --stack\` prints the bytes scanned after each query. The workgroup cancels a query that reads more than \`catalog.bytesScannedCutoff\` (100 GB unless configured). With 50 million entries a day that is about ${Math.floor(100 / scannedGb(VOLUMES.at(-1) as Volume, 1))} days: name fewer, or raise the limit.
`;
}

function describeQuery(volume: Volume, days: number): string {
  const gb = scannedGb(volume, days);
  const cost = (Math.max(gb, 0.01) / 1000) * PRICES.athenaTb;
  return `${gb.toFixed(gb < 1 ? 3 : 0)} GB, $${cost.toFixed(cost < 0.01 ? 5 : 2)}`;
}

function tableRow(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function dollars(amount: number): string {
  return amount.toFixed(2);
}
