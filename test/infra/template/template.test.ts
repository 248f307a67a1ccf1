import { describe, expect, it } from "vitest";
import { FUNCTIONS } from "../../../functions/build.ts";
import type { AuditLakeConfig } from "../../../infra/config/config.ts";
import type { Json } from "../../../infra/template/merge-variants.ts";
import { PARAMETER_GROUPS } from "../../../infra/template/parameters.ts";
import { makeTemplate } from "../../../infra/template/template.ts";
import { parseStackOutputs } from "../../../lib/stack/outputs.ts";
import { synthesize } from "../synthesize.ts";
import { withParameters } from "./with-parameters.ts";

/** Of a template that is created from a URL. */
const TEMPLATE_BYTES_MAX = 460_800;

const STACK = "Lake";
const LEAST = { SourceName: "acme", ArchiveStartsOn: "2026-01-01", CodeBucket: "acme-code" };
const template = makeTemplate(new Map(FUNCTIONS.map((name) => [name, `${name}-1.zip`])));

/** Each parameter away from its default at least once, and each pair of features that share a part of the stack. */
const CONFIGURATIONS: [
  name: string,
  parameters: Record<string, string>,
  config: Partial<AuditLakeConfig>,
][] = [
  ["the defaults", {}, {}],
  [
    "everything on",
    {
      FirstStart: "2026-01-02T03:04:05Z",
      Schedule: "15m",
      Dashboard: "on",
      SlackApi: "https://api.slack-gov.com/audit/v1/",
      AlertEmail: "security@example.com",
      Signing: "on",
      Ocsf: "on",
      WeeklyReport: "on",
      ObjectLockMode: "COMPLIANCE",
      ObjectLockDays: "400",
      Database: "acme_logs",
      Workgroup: "acme-logs",
    },
    {
      sources: [
        {
          name: "acme",
          firstStart: "2026-01-02T03:04:05Z",
          schedule: "15m",
          apiBase: "https://api.slack-gov.com/audit/v1/",
        },
      ],
      dashboard: true,
      alerts: { email: ["security@example.com"] },
      closing: { sign: true },
      ocsf: { enabled: true },
      weeklyReport: { enabled: true },
      archive: { objectLock: { mode: "COMPLIANCE", for: "400d" } },
      catalog: { database: "acme_logs", workgroup: "acme-logs" },
    },
  ],
  [
    "everything off that is on, and a report without alerts",
    {
      ...{ Schedule: "1m", Dashboard: "off", Detection: "off", Columns: "off" },
      WeeklyReport: "on",
    },
    {
      sources: [{ name: "acme", schedule: "1m" }],
      dashboard: false,
      detection: { enabled: false },
      closing: { compact: false },
      weeklyReport: { enabled: true },
    },
  ],
  [
    "a retention, which turns columns off",
    { RetentionDays: "730", ObjectLockMode: "GOVERNANCE", Signing: "on", Ocsf: "on" },
    {
      ocsf: { enabled: true },
      archive: { retention: "730d", objectLock: { mode: "GOVERNANCE", for: "365d" } },
      closing: { sign: true },
    },
  ],
];

describe("the template without CDK", () => {
  it.each(CONFIGURATIONS)("is the stack of the CDK with %s", (_name, parameters, config) => {
    const deployed = withParameters(template, { ...LEAST, ...parameters }, STACK);
    const reference = synthesize({ ...config, stackName: STACK }).template.toJSON();

    expect(withoutIds(deployed)).toEqual(
      withoutIds(withParameters({ ...template, ...reference, Parameters: {} }, {}, STACK)),
    );
  });

  it("needs no bootstrap and no assets: its code is in the bucket that a parameter names", () => {
    expect(JSON.stringify(template)).not.toMatch(/bootstrap|hnb659fds|cdk/i);
    const { Resources } = withParameters(template, { ...LEAST, CodePrefix: "lake/" }, STACK);
    const code = Object.values<Json>(Resources)
      .filter(({ Type }) => Type === "AWS::Lambda::Function")
      .map(({ Properties }) => Properties.Code);

    expect(code.toSorted((a, b) => a.S3Key.localeCompare(b.S3Key))).toEqual(
      // What takes the CDK: targets of alerts, since no parameter could list them; and what is off.
      FUNCTIONS.filter((name) => !["notify", "ocsf", "report"].includes(name)).map((name) => ({
        S3Bucket: "acme-code",
        S3Key: `lake/${name}-1.zip`,
      })),
    );
  });

  it("leaves no placeholder anywhere but in names that only the template uses", () => {
    const { Outputs, ...rest } = template;
    const values = JSON.stringify([Outputs, rest], (key, value) =>
      key === "Description" && value === "this-source" ? undefined : value,
    );

    expect(values).not.toMatch(/this-source|placeholder|\.invalid|2018-03|\b780\b|\b3649[89]\b/);
  });

  it("is small enough for CloudFormation", () => {
    expect(JSON.stringify(template).length).toBeLessThan(TEMPLATE_BYTES_MAX);
  });

  it("asks for each parameter in a group", () => {
    expect(Object.values(PARAMETER_GROUPS).flat().toSorted()).toEqual(
      Object.keys(template.Parameters).toSorted(),
    );
  });

  it("is read by the command line under the name of its source", () => {
    const { Outputs } = withParameters(template, LEAST, STACK);
    const outputs = Object.entries<Json>(Outputs).map(([OutputKey, { Value, Description }]) => ({
      OutputKey,
      OutputValue: typeof Value === "string" ? Value : JSON.stringify(Value),
      Description,
    }));
    const { sources } = parseStackOutputs(STACK, "eu-central-1", outputs);

    expect(sources).toMatchObject([{ name: "acme", intervalSeconds: 300 }]);
  });

  it.each([
    ["SourceName", "Acme"],
    ["SourceName", "a".repeat(64)],
    ["ArchiveStartsOn", "2026-13-01"],
    ["FirstStart", "2026-01-01"],
    ["Schedule", "1h"],
    ["AlertEmail", "nobody"],
    ["CodePrefix", "no-slash"],
  ])("refuses %s %j", (name, value) => {
    expect(() => withParameters(template, { ...LEAST, [name]: value }, STACK)).toThrow(name);
  });
});

/**
 * A stack without what only its names decide: logical ids and names made of them, and the order of
 * the resources of a statement.
 */
function withoutIds({ Resources, Outputs }: { Resources: Json; Outputs: Json }): Json {
  const ids = Object.keys(Resources);
  const text = JSON.stringify([Object.entries(Resources), Object.values(Outputs)], (key, value) =>
    key === "Code" || (key === "Description" && /^(?:acme|this-source)$/.test(value))
      ? undefined
      : value,
  )
    .replace(/-Schedules-[0-9A-F]{8}/g, "-Schedules")
    .replace(/"AllowEventRule\w+"/g, '"AllowEventRule"')
    .replace(/\\"period\\":300,|,\\"period\\":300/g, ""); // in a graph, which has it anyway
  return JSON.parse(
    ids.reduce((done, id, index) => done.replaceAll(`"${id}"`, `"resource ${index}"`), text),
    (key, value) =>
      key === "Resource" && Array.isArray(value)
        ? value.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
        : value,
  );
}
