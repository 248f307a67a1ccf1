/** What each role of the stack may do, under the policies of its template: its whole work. */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Template } from "aws-cdk-lib/assertions";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  vi,
} from "vitest";
import { MONDAY_MORNING, makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { ListedEntries } from "../../lib/archive/entry-rows.ts";
import { manifestKey, noteAddendum } from "../../lib/archive/sealed-day.ts";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { seenName } from "../../lib/detect/seen-names.ts";
import { verify } from "../../lib/seal/verify.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import type { TimeRange } from "../../lib/time.ts";
import { isAllowed } from "../fakes/local-account/policy.ts";
import { openArchive, UNGUARDED } from "../fakes/open-archive.ts";
import { OBJECT_CREATED } from "../fixtures/object-created-event.ts";
import { definitionOf } from "../infra/run-state-machine.ts";
import { type DeployedFunction, type FunctionName, SourceTestBed } from "./source-bed.ts";

const HOUR_MS = 3_600_000;
const FROM = "2026-03-01T00:00:00Z";
const MONDAY = "2026-03-02";

let bed: SourceTestBed;
let functions: Record<Exclude<FunctionName, "ocsf" | "report">, DeployedFunction>;

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000 + HOUR_MS);
  functions = {
    ingest: await bed.load("ingest"),
    backfill: await bed.load("backfill"),
    seal: await bed.load("seal"),
    columns: await bed.load("columns"),
    detect: await bed.load("detect"),
    notify: await bed.load("notify"),
    schemaWatch: await bed.load("schemaWatch"),
  };
});

afterAll(() => bed.stop());

beforeEach(() => {
  bed.prepare();
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
});

const named = (type: string, idPrefix: string) =>
  bed.account.deployment.named(bed.account.deployment.one(type, idPrefix)[0]);
const archive = () => new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);

describe("each function does its whole work with its own role", () => {
  afterEach(() => {
    expect(bed.account.refusals).toEqual([]);
  });

  it("ingest, with an entry for the quarantine", async () => {
    bed.slack.add([
      ...makeEntries(12),
      ...makeEntries(10, { action: "user_login_failed" }),
      {
        ...makeEntry({ dateCreate: MONDAY_MORNING + 30 }),
        id: undefined,
        text: '{"action":"odd"}',
      },
      makeEntry({ dateCreate: MONDAY_MORNING + 40, action: "intune_disabled" }),
    ]);
    expect(await bed.call(functions.ingest, { source: "grid" })).toMatchObject({
      ...{ outcome: "caught_up", entries: 23, quarantined: 1 },
    });
  });

  it("backfill", async () => {
    bed.slack.add(makeEntries(30, { from: Date.parse(FROM) / 1000 + 60, stepSeconds: 4000 }));
    await bed.call(functions.backfill, { op: "estimate", from: FROM });
    const { spans } = await bed.call<{ spans: TimeRange[] }>(functions.backfill, {
      ...{ op: "plan", from: FROM },
    });
    expect(spans).not.toEqual([]);
    for (const span of spans) {
      bed.advance(HOUR_MS);
      expect(await bed.call(functions.backfill, { op: "run", span })).toMatchObject({
        outcome: "caught_up",
      });
    }
  });

  it("seal: several days, an empty one and one with a quarantine among them", async () => {
    for (let hours = 0; hours < 44; hours += 4) {
      bed.advance(4 * HOUR_MS);
      await bed.call(functions.ingest, { source: "grid" });
    }
    await sealAll(["2026-03-01", MONDAY, "2026-03-03"]);
  });

  it("columns", async () => {
    let plan = await bed.call<{ day?: string }>(functions.columns, { op: "plan" });
    expect(plan.day).toBe("2026-03-01");
    while (plan.day !== undefined) {
      const { day } = plan;
      const answer = await bed.call(functions.columns, { op: "compact", day });
      expect(answer).toMatchObject({ isNew: true });
      plan = await bed.call(functions.columns, { op: "plan", before: plan });
    }
  });

  it("seal: what was stored for a sealed day since", async () => {
    await noteAddendum(archive(), UNGUARDED, "grid", { day: MONDAY, revision: 1 });
    const late = makeEntry({ dateCreate: MONDAY_MORNING + 50 });
    bed.slack.add([late]);
    const bytes = Buffer.from(late.text);
    await openArchive(archive(), "grid").store(
      new ListedEntries([{ id: late.id ?? "", dateCreate: late.dateCreate, bytes }]),
    );
    await sealAll([MONDAY]);

    expect(bed.objects.has(manifestKey("grid", MONDAY, 2))).toBe(true);
    expect(await verify(archive(), { source: "grid" })).toMatchObject({
      damages: [],
      manifests: 4,
    });
  });

  it("detect", async () => {
    const keys = [...bed.objects.keys()].filter((key) =>
      key.startsWith(`audit_logs/source=grid/dt=${MONDAY}/`),
    );
    const time = new Date().toISOString();
    const Records = keys.map((key) => {
      const detail = { ...OBJECT_CREATED.detail, bucket: { name: bed.bucket }, object: { key } };
      return { messageId: key, body: JSON.stringify({ ...OBJECT_CREATED, time, detail }) };
    });
    expect(await bed.call(functions.detect, { Records })).toEqual({ batchItemFailures: [] });
    const published = JSON.stringify(bed.account.published);
    expect(published).toContain("intune-disabled");
    expect(published).toContain("many-failed-logins");
  });

  it("notify: an alert to its target, and a message that is none to the dead letters", async () => {
    const alert = bed.account.published
      .map(({ Message = "" }) => JSON.parse(Message).default)
      .find((text) => text.includes('"ruleId":"intune-disabled"'));
    const Records = [alert, alert, "{}"].map((body, i) => ({
      ...{ messageId: `message-${i}`, receiptHandle: `receipt-${i}`, body },
      attributes: { ApproximateReceiveCount: "1" },
    }));
    expect(await bed.call(functions.notify, { Records })).toEqual({ batchItemFailures: [] });
    expect(bed.account.events).toEqual([
      {
        EventBusName: "arn:aws:events:eu-central-1:111122223333:event-bus/security",
        Source: "slack-audit-lake",
        DetailType: "alert",
        Detail: alert,
      },
    ]);
    expect(bed.account.queueCalls).toEqual([
      {
        operation: "SendMessage",
        input: {
          QueueUrl: named("AWS::SQS::Queue", "DetectionRoutingbusDeadLetters").ref,
          MessageBody: "{}",
        },
      },
    ]);
  });

  it("schema watch", async () => {
    const event = { source: "grid", apiBase: bed.slack.baseUrl };
    await bed.call(functions.schemaWatch, event);
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const { ref } = named("AWS::DynamoDB::Table", "DetectionMemory");
    const names = new Set(["action:brand_new_action"]);
    await new DynamoDbSeenNamesStore(client, ref).add(seenName("grid"), names);
    await bed.call(functions.schemaWatch, event);
    expect(JSON.stringify(bed.account.published)).toContain("brand_new_action");
  });

  async function sealAll(days: string[]): Promise<void> {
    let before: object = {};
    for (const day of days) {
      before = await bed.call(functions.seal, { op: "plan", before });
      expect(before).toMatchObject({ day });
      expect(await bed.call(functions.seal, { op: "close", day })).toMatchObject({
        outcome: "sealed",
        manifest: { isReconciled: true },
      });
    }
  }
});

describe("what starts work", () => {
  it("may call each function of its state machine, and start executions of its map", () => {
    const { deployment } = bed.account;
    const template = Template.fromJSON(inject("deployed"));
    const machines = deployment.all("AWS::StepFunctions::StateMachine");
    expect(machines).toHaveLength(4);
    for (const [id, { RoleArn, DefinitionString }] of machines) {
      const statements = deployment.statementsOf(RoleArn);
      const functionArns = new Set<string>(DefinitionString.match(/arn:aws:lambda:[\w:-]+/g));
      expect(functionArns.size).toBeGreaterThan(0);
      for (const resource of functionArns) {
        expect(
          isAllowed({ action: "lambda:InvokeFunction", resource, context: {} }, statements),
        ).toBe(true);
      }
      const isDistributed = JSON.stringify(definitionOf(template, id)).includes("DISTRIBUTED");
      const start = {
        action: "states:StartExecution",
        resource: deployment.named(id).arn,
        context: {},
      };
      expect(isAllowed(start, statements)).toBe(isDistributed);
    }
  });

  it("may start what its schedule starts, and send what it cannot deliver to the dead letters", () => {
    const { deployment } = bed.account;
    const schedules = deployment.all("AWS::Scheduler::Schedule");
    expect(schedules.length).toBeGreaterThan(4);
    for (const [, { Target }] of schedules) {
      const statements = deployment.statementsOf(Target.RoleArn);
      const may = (action: string, resource: string) =>
        isAllowed({ action, resource, context: {} }, statements);
      const isFunction = Target.Arn.includes(":lambda:");
      expect(may(isFunction ? "lambda:InvokeFunction" : "states:StartExecution", Target.Arn)).toBe(
        true,
      );
      expect(may("sqs:SendMessage", Target.DeadLetterConfig.Arn)).toBe(true);
    }
  });

  it.each([
    ["DetectionDetect", ["alert#a", "correlation#a", "vocabulary#a"]],
    ["DetectionRoutingbusNotify", ["delivery#bus#a"]],
    ["DetectionDrift", ["vocabulary#a"]],
  ])("%s reads and writes only its kinds of items in the detection's table", (id, own) => {
    const { deployment } = bed.account;
    const [, { Role }] = deployment.one("AWS::Lambda::Function", id);
    const resource = named("AWS::DynamoDB::Table", "DetectionMemory").arn;
    const kinds = [
      ...["alert#a", "correlation#a", "vocabulary#a"],
      ...["delivery#bus#a", "delivery#soc#a", "other#a"],
    ];
    for (const action of ["dynamodb:GetItem", "dynamodb:UpdateItem"]) {
      const allowed = kinds.filter((key) =>
        isAllowed(
          { action, resource, context: { "dynamodb:LeadingKeys": [key] } },
          deployment.statementsOf(Role),
        ),
      );
      expect(allowed).toEqual(own);
    }
  });

  it.each([
    ["DetectionDetect", "DetectionNewObjects", []],
    ["DetectionRoutingbusNotify", "DetectionRoutingbusAlerts", ["ChangeMessageVisibility"]],
  ])("lets Lambda take the messages of %s off the queue", (id, queue, more) => {
    const { deployment } = bed.account;
    const [, { Role }] = deployment.one("AWS::Lambda::Function", id);
    const resource = named("AWS::SQS::Queue", queue).arn;
    for (const action of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", ...more]) {
      const call = { action: `sqs:${action}`, resource, context: {} };
      expect(isAllowed(call, deployment.statementsOf(Role))).toBe(true);
    }
  });
});
