import { expect, it } from "vitest";
import { synthesize } from "../infra/synthesize.ts";
import {
  ASSUMED,
  type Bill,
  PRICES,
  runSeconds,
  scannedGb,
  toBill,
  toClose,
  VOLUMES,
  type Volume,
} from "./cost-model.ts";

const SCHEDULE_SECONDS = 86_400 / ASSUMED.runsPerDay;

const alarms = Object.keys(synthesize().template.findResources("AWS::CloudWatch::Alarm")).length;

it("docs/reference/cost.md says what the model comes to", async () => {
  // After a change of the model, the metrics or the alarms: npx vitest run test/docs/cost.test.ts -u
  await expect(renderPage()).toMatchFileSnapshot("../../docs/reference/cost.md");
});

it.each(VOLUMES)("a run of $entriesPerDay entries a day ends well before the next", (volume) => {
  expect(runSeconds(volume)).toBeLessThan(SCHEDULE_SECONDS / 2);
  expect(volume.calls / (SCHEDULE_SECONDS / 60)).toBeLessThan(50); // Slack's limit a minute
});

it("assumes the memory that the functions have", () => {
  const memories = Object.values(synthesize().template.findResources("AWS::Lambda::Function"))
    .filter(({ Properties }) => /Takes in|rules/i.test(Properties.Description ?? ""))
    .map(({ Properties }) => Properties.MemorySize / 1024);

  expect(memories.length).toBeGreaterThan(0);
  expect(new Set(memories)).toEqual(new Set([ASSUMED.gb]));
});

function renderPage(): string {
  const bills = VOLUMES.map((volume) => toBill(volume, alarms));
  const totals = bills.map((bill) => Object.values(bill).reduce((sum, cost) => sum + cost, 0));
  const rows = Object.keys(bills[0] ?? {}).map((item) =>
    tableRow(item, ...bills.map((bill: Bill) => dollars(bill[item] ?? 0))),
  );
  const column = (of: (volume: Volume) => string) => VOLUMES.map(of);
  return `# Cost

Dollars a month for one source that runs every five minutes, with detection on, and days
sealed and compacted. List prices of
us-east-1 in 2025, without free tiers; look them up before you rely on them. The table is
computed (\`test/docs/cost-model.ts\` has every price, measured figure and formula) and its test
compares it with the stack's own numbers of alarms and metrics.

${tableRow("entries a day", ...column(({ entriesPerDay }) => entriesPerDay.toLocaleString("en-US")))}
| --- | --: | --: | --: |
${rows.join("\n")}
${tableRow("**a month**", ...totals.map((total) => `**${dollars(total)}**`))}

Not in it: what people query (below), e-mails and other deliveries of alerts, VPC endpoints or
proxies of your own, CloudTrail data events, Object Lock versions, the storage of the compact table.

## The arithmetic

Measured, on the engine in virtual time with evenly spread entries, a run:

${tableRow("entries a day", ...column(({ entriesPerDay }) => entriesPerDay.toLocaleString("en-US")))}
| --- | --: | --: | --: |
${tableRow("calls to Slack", ...column(({ calls }) => String(calls)))}
${tableRow("S3 listings", ...column(({ lists }) => String(lists)))}
${tableRow("S3 reads", ...column(({ gets }) => String(gets)))}
${tableRow("S3 writes (objects)", ...column(({ puts }) => String(puts)))}
${tableRow("DynamoDB writes", ...column(({ writes }) => String(writes)))}
${tableRow("seconds billed, computed", ...column((volume) => runSeconds(volume).toFixed(1)))}

- **Lambda.** ${ASSUMED.cpuSecondsPerMillionListed} CPU seconds a million entries listed (\`npm run bench\`, on the machine that it ran on; Graviton may differ by some tens of percent), times ${ASSUMED.listedPerStored}, because a late scan lists again what was listed. At ${ASSUMED.gb * 1024} MB Lambda gives ${(ASSUMED.gb / ASSUMED.gbPerVcpu).toFixed(2)} vCPU, so a CPU second takes ${(ASSUMED.gbPerVcpu / ASSUMED.gb).toFixed(2)} s. Added are ${ASSUMED.slackCallSeconds} s of waiting a call and ${ASSUMED.otherSeconds} s a run. Seconds × ${ASSUMED.gb} GB × $${PRICES.lambdaGbSecond} (arm64), and $${(PRICES.lambdaRequest * 1e6).toFixed(2)} a million starts. Detection starts once an object, with ${ASSUMED.detectCpuSecondsPerMillion} CPU seconds a million entries.
- **Close of day.** A day is listed once more, and what is archived of it is read: at 50 million entries a day that is ${toClose(VOLUMES.at(-1) as Volume).calls.toLocaleString("en-US")} calls, ${Math.ceil(toClose(VOLUMES.at(-1) as Volume).calls / 40 / 60)} hours at the 40 a minute that the close allows itself. Lambda bills the waiting in between, too. Computed with the figures of ingestion. Step Functions: $${(PRICES.stateTransition * 1000).toFixed(3)} a thousand state transitions.
- **Compaction.** Athena reads each sealed day once.
- **Backfill.** \`audit-lake backfill --estimate\` says what it would cost before it begins.
- **S3.** $${(PRICES.s3PutOrList * 1000).toFixed(3)} a thousand writes and listings, $${(PRICES.s3Get * 1000).toFixed(4)} a thousand reads; detection reads each object once more. Storage is that of a full year in S3 Standard at ${ASSUMED.bytesPerEntry} bytes an entry, compressed: twice what the made-up organization takes, since real entries differ more. $${PRICES.s3StandardGbMonth} a GB and month; tiers make it less, but S3 moves no object below 128 KB to them by itself.
- **DynamoDB.** On demand, $${PRICES.dynamoDbWrite * 1e6} a million writes and $${PRICES.dynamoDbRead * 1e6} a million reads.
- **Fixed.** ${alarms} alarms at $${PRICES.alarmMonth.toFixed(2)}, the metrics of ingestion, close of day, compaction and detection at $${PRICES.metricMonth.toFixed(2)} each, a dashboard at $${PRICES.dashboardMonth}, a secret at $${PRICES.secretMonth.toFixed(2)}, a KMS key at $${PRICES.kmsKeyMonth} (each of the first two yearly rotations adds $1). These are most of the bill of a small organization; every further source adds its own metrics, alarms and secret.
- **SQS.** Lambda asks the detection's queue all day, whether or not something is in it: ${(ASSUMED.emptyReceivesPerDay * ASSUMED.daysPerMonth).toLocaleString("en-US")} times a month.
- **Slack** charges nothing for calls, and allows about 50 a minute.

## Queries

Athena bills what a query reads, $${PRICES.athenaTb} a TB, at least 10 MB. The lines are one compressed column, so a
query reads every byte of the days that it names, whatever it selects:

${tableRow("entries a day", ...column(({ entriesPerDay }) => entriesPerDay.toLocaleString("en-US")))}
| --- | --: | --: | --: |
${tableRow("one day", ...column((volume) => describeQuery(volume, 1)))}
${tableRow("30 days (the saved queries)", ...column((volume) => describeQuery(volume, 30)))}

\`audit-lake query --athena\` says after each query what it read. The workgroup ends a query that
would read more than \`catalog.bytesScannedCutoff\` (100 GB unless configured): with 50 million
entries a day that is about ${Math.floor(100 / scannedGb(VOLUMES.at(-1) as Volume, 1))} days, so name fewer or raise it.
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
