import { ExecutionError } from "aws-local-stepfunctions";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextStep, waitStep } from "../../../functions/job-step.ts";
import { PREFIXES } from "../../../lib/archive/object-key.ts";
import { grant, grants, paths } from "../grants.ts";
import { definitionOf, run as runStateMachine } from "../run-state-machine.ts";
import { resource, synthesize } from "../synthesize.ts";

const MINUTE_MS = 60_000;
const SCHEDULED = { source: "acme" };

type Definition = ReturnType<typeof definitionOf>;
type Task = (event: Event) => unknown;
type Event = { op: string; day?: string };

const { template } = synthesize({ closing: { sign: true, at: "04:30" } });
const definition = definitionOf(template, "Closingacme");

/** With nothing left to compact. */
const run = (definition: Definition, close: Task, compact: Task = () => ({ days: [] })) =>
  runStateMachine(definition, SCHEDULED, {
    ClosingacmeFunction: close,
    ClosingacmeCompactionFunction: compact,
  });

/** Seals two days a plan, each in two runs. */
function sealFunction(days: string[]) {
  const events: Event[] = [];
  const unsealed = [...days];
  const begun = new Set<string>();
  return {
    events,
    call: ({ op, day = "" }: Event) => {
      events.push(op === "plan" ? { op } : { op, day });
      if (op === "plan") return { days: unsealed.slice(0, 2) };
      if (!begun.has(day)) {
        begun.add(day);
        return waitStep(Date.now() + 5 * MINUTE_MS, Date.now());
      }
      unsealed.splice(unsealed.indexOf(day), 1);
      return nextStep("done", Date.now());
    },
  };
}

describe("the state machine of the close of day", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-03-01T04:30:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("closes the days of the plan one after the other, each until it is done", async () => {
    const { call, events } = sealFunction(["2026-02-27", "2026-02-28"]);

    await run(definition, call);

    expect(events).toEqual([
      { op: "plan" },
      { op: "close", day: "2026-02-27" },
      { op: "close", day: "2026-02-27" },
      { op: "close", day: "2026-02-28" },
      { op: "close", day: "2026-02-28" },
      { op: "plan" },
    ]);
  });

  it("plans again until no day is left, as after a backfill", async () => {
    const days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"];
    const { call, events } = sealFunction(days);

    await run(definition, call);

    const closed = events.flatMap(({ day }) => day ?? []);
    expect([...new Set(closed)]).toEqual(days);
    expect(events.filter(({ op }) => op === "plan")).toHaveLength(4);
  });

  it("ends after the plan when every settled day is sealed", async () => {
    const { call, events } = sealFunction([]);

    await run(definition, call);

    expect(events).toEqual([{ op: "plan" }]);
  });

  it("fails with the error of a day that keeps failing, and plans no more", async () => {
    const { call, events } = sealFunction(["2026-02-27", "2026-02-28"]);
    const failing = (event: Event) => {
      if (event.day === "2026-02-27") throw new Error("invalid_auth");
      return call(event);
    };
    const result = run(definition, failing);

    await expect(result).rejects.toThrow(ExecutionError);
    await expect(result).rejects.toHaveProperty("cause.message", "invalid_auth");
    expect(events.filter(({ op }) => op === "plan")).toHaveLength(1);
  });

  it("compacts what is sealed, once all days are sealed", async () => {
    const { call, events } = sealFunction(["2026-02-28"]);
    const sealed = sealFunction(["2026-02-27", "2026-02-28"]);
    const compact = (event: Event) => {
      events.push({ op: `compaction: ${event.op}`, day: event.day ?? "" });
      return sealed.call(event);
    };

    await run(definition, call, compact);

    expect(events.map(({ op, day }) => `${op} ${day ?? ""}`.trim())).toEqual([
      "plan",
      "close 2026-02-28",
      "close 2026-02-28",
      "plan",
      "compaction: plan",
      "compaction: compact 2026-02-27",
      "compaction: compact 2026-02-27",
      "compaction: compact 2026-02-28",
      "compaction: compact 2026-02-28",
    ]);
  });

  it("fails when a day cannot be compacted, with every day sealed", async () => {
    const { call, events } = sealFunction(["2026-02-28"]);
    const failing = ({ op }: Event) => {
      if (op === "plan") return { days: ["2026-02-28"] };
      throw new Error("EXCEEDED_MEMORY_LIMIT");
    };

    await expect(run(definition, call, failing)).rejects.toHaveProperty(
      "cause.message",
      "EXCEEDED_MEMORY_LIMIT",
    );
    expect(events.at(-1)).toEqual({ op: "plan" });
  });

  it("is over before the next one starts, whatever a day waits for", async () => {
    const waiting = ({ op }: Event) =>
      op === "plan" ? { days: ["2026-02-28"] } : waitStep(Date.now() + 10 * MINUTE_MS, Date.now());
    const startedAtMs = Date.now();

    await expect(run(definition, waiting)).rejects.toThrow(/timed out/i);

    expect(Date.now() - startedAtMs).toBe(23 * 60 * MINUTE_MS);
  });
});

describe("Closing", () => {
  it("starts once a day, at the time of the configuration", () => {
    const schedule = resource(template, "AWS::Scheduler::Schedule", "Closingacme").Properties;

    expect(schedule).toMatchObject({
      ScheduleExpression: "cron(30 4 * * ? *)",
      ScheduleExpressionTimezone: "Etc/UTC",
      State: "ENABLED",
      Target: {
        Arn: { Ref: expect.stringMatching(/^ClosingacmeClosing/) },
        Input: '{"source":"acme"}',
        RetryPolicy: { MaximumRetryAttempts: 3 },
        DeadLetterConfig: {
          Arn: { "Fn::GetAtt": [expect.stringMatching(/^IngestionDeadLetters/), "Arn"] },
        },
      },
    });
    const [start] = resource(template, "AWS::IAM::Role", "ClosingacmeScheduleRole").Properties
      .Policies[0].PolicyDocument.Statement;
    expect(start).toEqual({
      Effect: "Allow",
      Action: "states:StartExecution",
      Resource: { Ref: expect.stringMatching(/^ClosingacmeClosing/) },
    });
  });

  describe("grants the function of a source", () => {
    const ROLE = "ClosingacmeFunctionRole";

    it("what it puts in the archive, and no rewriting of a manifest", () => {
      const statement = grant(template, ROLE, "AddObjects");

      expect(paths(statement.Resource)).toEqual(
        [
          PREFIXES.auditLogs,
          PREFIXES.closing,
          PREFIXES.manifests,
          PREFIXES.quarantine,
          PREFIXES.signatures,
        ].map((prefix) => `${prefix}source=acme/*`),
      );
      expect(statement.Condition).toEqual({ Null: { "s3:if-none-match": "false" } });
    });

    it("the one checkpoint of the close", () => {
      expect(grant(template, ROLE, "KeepOwnCheckpoint").Condition).toEqual({
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["acme#close"] },
      });
    });

    it("signatures with the signing key, and nothing else of it", () => {
      expect(grant(template, ROLE, "SignManifests")).toMatchObject({
        Action: "kms:Sign",
        Resource: { "Fn::GetAtt": [expect.stringMatching(/^ClosingSigningKey/), "Arn"] },
      });
    });

    it("no signature where manifests are not signed", () => {
      const { template } = synthesize();

      expect(grants(template, ROLE).some(({ Sid }) => Sid === "SignManifests")).toBe(false);
      expect(JSON.stringify(template)).not.toContain("ECC_NIST_P256");
    });
  });

  it("makes a signing key that cannot leave KMS and outlives the stack", () => {
    const key = resource(template, "AWS::KMS::Key", "ClosingSigningKey");

    expect(key.DeletionPolicy).toBe("Retain");
    expect(key.Properties).toMatchObject({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    expect(template.findOutputs("SigningKey")).toHaveProperty("SigningKey");
  });

  it("hands the function what it is configured by", () => {
    const { template } = synthesize({
      sources: [{ name: "acme", allowedLateness: "1h" }],
      closing: { delay: "3h" },
    });

    expect(
      resource(template, "AWS::Lambda::Function", "ClosingacmeFunction").Properties.Environment
        .Variables,
    ).toMatchObject({
      SOURCE: "acme",
      ALLOWED_LATENESS_SECONDS: "3600",
      CLOSE_DELAY_SECONDS: "10800",
    });
  });

  describe("grants the function that compacts", () => {
    const ROLE = "ClosingacmeCompactionFunctionRole";

    it("the entries of its own source, to read", () => {
      expect(paths(grant(template, ROLE, "ReadSealedDays").Resource)).toEqual([
        `${PREFIXES.auditLogs}source=acme/*`,
        `${PREFIXES.manifests}source=acme/*`,
      ]);
    });

    it("the files of the compact table, and of nothing else, to delete", () => {
      const deleting = grants(template, ROLE).filter(({ Action }) =>
        [Action].flat().includes("s3:DeleteObject"),
      );

      expect(deleting.flatMap(({ Resource }) => paths(Resource))).toEqual(["compact/table/*"]);
    });

    it("to make and change the compact table and the view, and no other table", () => {
      const tables = JSON.stringify(grant(template, ROLE, "ChangeTables").Resource);

      expect(tables).toContain(":table/slack_audit_lake/audit_logs_compact");
      expect(tables).toContain(':table/slack_audit_lake/audit_logs"');
      expect(tables).not.toContain("audit_log_lines");
    });

    it("queries in the stack's workgroup", () => {
      expect(JSON.stringify(grant(template, ROLE, "Query").Resource)).toContain(
        ":workgroup/slack-audit-lake",
      );
    });
  });

  it.each([
    ["where that is turned off", { closing: { compact: false } }],
    ["where retention would delete the table's files", { archive: { retention: "365d" } }],
  ] as const)("compacts nothing %s", (_where, overrides) => {
    const { template } = synthesize(overrides);

    expect(Object.keys(template.findResources("AWS::Lambda::Function"))).not.toContainEqual(
      expect.stringContaining("Compaction"),
    );
    expect(JSON.stringify(definitionOf(template, "Closingacme"))).not.toContain("compact");
  });

  it("is not there when it is turned off", () => {
    const { template } = synthesize({ closing: { enabled: false } });
    const machines = Object.keys(template.findResources("AWS::StepFunctions::StateMachine"));

    expect(machines).toEqual([expect.stringMatching(/^Backfillacme/)]);
  });
});
