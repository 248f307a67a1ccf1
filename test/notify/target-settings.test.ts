import { describe, expect, it } from "vitest";
import * as z from "zod";
import { routeList, targetsByName } from "../../lib/notify/target-settings.ts";

const TARGETS = targetsByName(z.string());

/** What somebody may paste into the wrong field. */
const SECRET = "https://hooks.slack.com/services/T0/B0/x0secret0x";

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
    [[], "must be an object of names and targets"],
    [
      { Soc: { type: "slack", secret: "s" } },
      "the name of target 1 must be a letter of a-z, then up to 31 of",
    ],
    [{ a: {} }, "a.type must be one of slack, pagerduty, jira, webhook, eventbridge, sns"],
    [{ a: { type: "slack" } }, "a.secret"],
    [{ a: { type: "slack", secret: "s", url: "x" } }, 'a unknown key "url"; allowed: type, secret'],
    [
      { a: { type: "webhook", secret: "s", url: "http://siem.example.com" } },
      "a.url must be an https URL without credentials",
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
    [{ a: { type: "pagerduty", secret: "s", region: "ap" } }, "a.region must be one of us, eu"],
  ])("refuses %j", (value, message) => {
    expect(problem(TARGETS, value)).toContain(message);
  });
});

describe("routes", () => {
  it.each<[unknown, string]>([
    [{}, "must be a list of routes"],
    [[{}], "0.targets is missing; write a list of names of targets"],
    [[{ targets: [] }], "0.targets is empty"],
    [[{ targets: ["a"], rules: [] }], "0.rules is empty; leave it out for all"],
    [
      [{ targets: ["a"], severity: "urgent" }],
      "0.severity must be one of info, low, medium, high, critical",
    ],
    [[{ targets: ["a"], tags: ["T15"] }], "0.tags.0 must be an ATT&CK technique or tactic"],
    [
      [{ targets: ["a"], tag: "T1562" }],
      '0 unknown key "tag"; allowed: severity, rules, tags, sources, targets',
    ],
  ])("refuse %j", (value, message) => {
    expect(problem(routeList, value)).toContain(message);
  });
});

const JIRA = { type: "jira", secret: "s", site: "https://x.example", email: "a@b", project: "SEC" };

it.each<[string, z.ZodType, unknown]>([
  ["a target", TARGETS, { a: SECRET }],
  ["the targets", TARGETS, SECRET],
  ["the targets as a list", TARGETS, [SECRET]],
  ["a name", TARGETS, { [SECRET]: { type: "slack", secret: "s" } }],
  ["a name of a wrong target", TARGETS, { [SECRET]: { type: "slack" } }],
  ["a type", TARGETS, { a: { type: SECRET } }],
  ["an unknown key", TARGETS, { a: { type: "slack", secret: "s", [SECRET]: "" } }],
  ["an unknown key's value", TARGETS, { a: { type: "slack", secret: "s", url: SECRET } }],
  ["a URL", TARGETS, { a: { type: "webhook", secret: "s", url: `ftp://${SECRET}` } }],
  ["an object for a URL", TARGETS, { a: { type: "webhook", secret: "s", url: { SECRET } } }],
  ["a region", TARGETS, { a: { type: "pagerduty", secret: "s", region: SECRET } }],
  ["an ARN", TARGETS, { a: { type: "sns", topicArn: SECRET } }],
  ...["site", "email", "project", "issueType"].map((field): [string, z.ZodType, unknown] => [
    `a ${field}`,
    TARGETS,
    { a: { ...JIRA, [field]: [SECRET] } },
  ]),
  ["a route", routeList, [SECRET]],
  ["a severity", routeList, [{ targets: ["a"], severity: SECRET }]],
  ["a tag", routeList, [{ targets: ["a"], tags: [SECRET] }]],
  ["rules", routeList, [{ targets: ["a"], rules: SECRET }]],
])("no error quotes a secret that was written in place of %s", (_place, schema, value) => {
  const { error } = schema.safeParse(value);
  expect(error?.issues).not.toEqual([]);
  expect(JSON.stringify(error?.issues.map(({ path, message }) => [path, message]))).not.toMatch(
    /hooks|x0secret/,
  );
});
