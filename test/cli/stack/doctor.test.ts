import { describe, expect, it } from "vitest";
import { FAKE_TOKEN } from "../../../fake-slack/fake-slack.ts";
import { type AwsAnswers, AwsRefusal } from "../../fakes/local-aws.ts";
import { run } from "../audit-lake.ts";
import { type deployed, SECRET_ARN } from "./deployed.ts";
import { checkpoints, examine, HOUR, NOW } from "./examined-stack.ts";

const refuse = (message: string) => () => {
  throw new AwsRefusal("AccessDeniedException", message);
};

async function findingsOf(answers: AwsAnswers, options: Parameters<typeof deployed>[1] = {}) {
  const { examine: run } = await examine(answers, options);
  const { ok, checks } = await run();
  return { ok, of: (name: string) => checks.find(({ check }) => check === name) };
}

describe("doctor", () => {
  it("finds nothing wrong with a stack that is well", async () => {
    const { aws, examine: run } = await examine();

    expect(await run()).toEqual({
      stack: "SlackAuditLake",
      region: "eu-central-1",
      ok: true,
      checks: [
        ["stack", "deployment", "UPDATE_COMPLETE"],
        ["stack", "version", expect.stringContaining("as this command")],
        ["stack", "alarms", "none of 2 active"],
        ["acme", "token", expect.stringMatching(/^Slack accepts it; the newest entry is from/)],
        ["acme", "permissions", "its runs may do what they must"],
        ["acme", "schedule", "enabled, every 5 min"],
        ["acme", "lag", "1 min 30 s behind"],
        ["acme", "last seal", "2026-03-09"],
      ].map(([subject, check, found]) => ({ subject, check, result: "ok", found })),
    });
    expect(aws.inputs("SimulatePrincipalPolicy")[1]).toMatchObject({
      PolicySourceArn: "arn:aws:iam::123456789012:role/acme-role",
      "ActionNames.member.1": "s3:PutObject",
      "ContextEntries.member.1.ContextKeyName": "s3:if-none-match",
    });
    expect(
      aws.calls
        .map(({ operation }) => operation)
        .filter((name) => /^(Put|Update|Create|Delete|Start)/.test(name)),
    ).toEqual([]);
  });

  it.each<[string, string, AwsAnswers, RegExp, RegExp]>([
    [
      "a token that was never set",
      "token",
      { ListSecretVersionIds: () => ({ Versions: [] }) },
      /^not set$/,
      /audit-lake token set --stack SlackAuditLake --source acme/,
    ],
    [
      "what is not a token",
      "token",
      { GetSecretValue: () => ({ SecretString: "{" }) },
      /no token$/,
      /token set/,
    ],
    [
      "a token that Slack refuses",
      "token",
      { GetSecretValue: () => ({ SecretString: "xoxp-other" }) },
      /invalid_authentication/,
      /token set/,
    ],
    [
      "a token that nobody refreshed",
      "token",
      {
        GetSecretValue: () => ({
          SecretString: JSON.stringify({
            token: "xoxe.xoxp-1",
            refreshToken: "r",
            clientId: "1",
            expiresAt: "2026-03-10T00:00:00Z",
          }),
        }),
      },
      /^expired at 2026-03-10/,
      /tokenRotation: true/,
    ],
    [
      "a permission that the organization denies",
      "permissions",
      {
        SimulatePrincipalPolicy: (input) => ({
          EvaluationResults: [
            {
              EvalActionName: "x",
              EvalDecision:
                input["ActionNames.member.1"] === "s3:PutObject" ? "explicitDeny" : "allowed",
            },
          ],
        }),
      },
      /may not s3:PutObject$/,
      /permissions boundary/,
    ],
    [
      "a schedule that is disabled",
      "schedule",
      {
        ListSchedules: () => ({
          Schedules: [
            {
              Name: "s",
              State: "DISABLED",
              Target: { Arn: "arn:aws:lambda:eu-central-1:1:function:acme-ingest" },
            },
          ],
        }),
      },
      /starts runs or sealing$/,
      /runbook\.md#no-runs/,
    ],
    [
      "a source that fell behind",
      "lag",
      checkpoints({ watermark: NOW - 3 * HOUR }),
      /^3 h/,
      /runbook\.md#ingestion-lag/,
    ],
    ["a source that never ran", "lag", { Scan: () => ({ Items: [] }) }, /^no run yet$/, /schedule/],
    [
      "days that are not sealed",
      "last seal",
      checkpoints({ sealed: "2026-03-05" }),
      /^2026-03-05$/,
      /runbook\.md#days-unsealed/,
    ],
    [
      "an alarm",
      "alarms",
      {
        DescribeAlarms: () => ({
          MetricAlarms: [
            {
              AlarmName: "acme-lag",
              AlarmDescription: "Behind. What to do: docs/runbook.md#ingestion-lag",
            },
          ],
        }),
      },
      /^1 of 2 active: acme-lag$/,
      /runbook/,
    ],
  ])("fails for %s, and says what to do", async (_, check, answers, found, todo) => {
    const { ok, of } = await findingsOf(answers);

    expect(ok).toBe(false);
    expect(of(check)).toMatchObject({
      result: "fail",
      found: expect.stringMatching(found),
      todo: expect.stringMatching(todo),
    });
  });

  it.each<[string, string, AwsAnswers]>([
    ["the secret", "token", { GetSecretValue: refuse("secretsmanager:GetSecretValue") }],
    [
      "IAM",
      "permissions",
      {
        SimulatePrincipalPolicy: () => {
          throw new AwsRefusal("AccessDenied", "iam:SimulatePrincipalPolicy");
        },
      },
    ],
    ["the schedules", "schedule", { ListSchedules: refuse("scheduler:ListSchedules") }],
    ["the alarms", "alarms", { DescribeAlarms: refuse("cloudwatch:DescribeAlarms") }],
  ])("skips what it may not ask %s, and says which right is missing", async (_, check, answers) => {
    const { ok, of } = await findingsOf(answers);

    expect(ok).toBe(true);
    expect(of(check)).toMatchObject({
      result: "skip",
      found: expect.stringMatching(/^not allowed: \w+:\w+/),
      todo: expect.stringContaining("AWS_PROFILE"),
    });
  });

  it("warns of a token that is used up to its end, since runs refresh it long before", async () => {
    const expiresAt = new Date((NOW + 4 * HOUR) * 1000).toISOString();
    const { ok, of } = await findingsOf({
      GetSecretValue: () => ({
        SecretString: JSON.stringify({
          ...{ token: FAKE_TOKEN, refreshToken: "r", clientId: "1" },
          expiresAt,
        }),
      }),
    });

    expect(ok).toBe(true);
    expect(of("token")).toMatchObject({
      result: "warn",
      found: expect.stringMatching(/expires at 2026-03-10 13:00/),
      todo: expect.stringContaining("tokenRotation: true"),
    });
  });

  it("warns of another version, and of a source that is not enabled", async () => {
    const { ok, of } = await findingsOf({}, { version: "0.0.1", interval: "none" });

    expect(ok).toBe(true);
    expect(of("version")).toMatchObject({
      result: "warn",
      found: expect.stringMatching(/^0\.0\.1; /),
    });
    expect(of("schedule")).toMatchObject({ result: "warn" });
  });

  it.each([
    ["UPDATE_IN_PROGRESS", "warn"],
    ["UPDATE_ROLLBACK_COMPLETE", "fail"],
  ])("judges a stack that is %s", async (status, result) => {
    const { aws, examine: run } = await examine();
    aws.stack.status = status;

    expect((await run()).checks[0]).toMatchObject({ result, found: status });
  });

  it("prints a line a check, exits with 1 when one fails, and never shows the token", async () => {
    const { aws } = await examine();
    const { code, stdout, stderr } = await run(["doctor", "--stack"], { env: aws.environment });

    // By the clock of this machine the source is far behind.
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/^ok {4}stack {2}deployment {3}UPDATE_COMPLETE$/m);
    expect(stdout).toMatch(
      /^fail {2}acme {3}lag .* behind\n {26}see docs\/runbook\.md#ingestion-lag$/m,
    );
    expect(stdout).not.toContain(FAKE_TOKEN);
    expect(aws.inputs("GetSecretValue")).toEqual([{ SecretId: SECRET_ARN }]);
  });
});
