import { describe, expect, it } from "vitest";
import * as z from "zod";
import { routeList, targetsByName } from "../../lib/notify/target-settings.ts";

const TARGETS = targetsByName(z.string());

function problem(schema: z.ZodType, value: unknown): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue && `${issue.path.join(".")} ${issue.message}`.trim();
}

describe("targets", () => {
  it("are of six types, each with its own settings and defaults", () => {
    const jira = {
      type: "jira",
      secret: "s",
      site: "https://example.atlassian.net",
      email: "a@example.com",
      project: "SEC",
    };
    expect(
      TARGETS.parse({
        soc: { type: "slack", secret: "s" },
        "on-call": { type: "pagerduty", secret: "s" },
        tickets: jira,
        siem: { type: "webhook", secret: "s", url: "https://siem.example.com/in" },
        bus: {
          type: "eventbridge",
          busArn: "arn:aws:events:eu-central-1:111122223333:event-bus/security",
        },
        topic: { type: "sns", topicArn: "arn:aws:sns:eu-central-1:111122223333:alerts" },
      }),
    ).toMatchObject({ "on-call": { region: "us" }, tickets: { issueType: "Task" } });
  });

  it.each<[unknown, string]>([
    [[], "[] is not an object of names and targets"],
    [{ Soc: { type: "slack", secret: "s" } }, "a target's name"],
    [{ a: {} }, "a.type must be one of slack, pagerduty, jira, webhook, eventbridge, sns"],
    [{ a: { type: "slack" } }, "a.secret"],
    [{ a: { type: "slack", secret: "s", url: "x" } }, 'a unknown key "url"; allowed: type, secret'],
    [
      { a: { type: "webhook", secret: "s", url: "http://siem.example.com" } },
      'a.url "http://siem.example.com" is not an https URL',
    ],
    [
      {
        a: { type: "jira", secret: "s", site: "https://x.example/", email: "a@b", project: "SEC" },
      },
      "a.site",
    ],
    [
      {
        a: {
          type: "jira",
          secret: "s",
          site: "https://x.example",
          email: "a@b",
          project: 'S" OR "1',
        },
      },
      "a.project",
    ],
    [{ a: { type: "eventbridge", busArn: "security" } }, "a.busArn"],
    [{ a: { type: "pagerduty", secret: "s", region: "ap" } }, 'a.region "ap" is not one of us, eu'],
  ])("refuses %j", (value, message) => {
    expect(problem(TARGETS, value)).toContain(message);
  });
});

describe("routes", () => {
  it.each<[unknown, string]>([
    [{}, "{} is not a list of routes"],
    [[{}], "0.targets is missing; write a list of names of targets"],
    [[{ targets: [] }], "0.targets is empty"],
    [[{ targets: ["a"], rules: [] }], "0.rules is empty; leave it out for all"],
    [
      [{ targets: ["a"], severity: "urgent" }],
      '0.severity "urgent" is not one of info, low, medium, high, critical',
    ],
    [[{ targets: ["a"], tags: ["T15"] }], '0.tags.0 "T15" is not an ATT&CK technique or tactic'],
    [
      [{ targets: ["a"], tag: "T1562" }],
      '0 unknown key "tag"; allowed: severity, rules, tags, sources, targets',
    ],
  ])("refuse %j", (value, message) => {
    expect(problem(routeList, value)).toContain(message);
  });
});
