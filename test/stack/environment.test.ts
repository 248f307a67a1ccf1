import { Aws } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import {
  INGEST_ENVIRONMENT,
  readEnvironment,
  writeEnvironment,
} from "../../lib/stack/environment.ts";
import { resource, synthesize } from "../infra/synthesize.ts";

const LEAST = {
  SOURCE: "grid",
  ARCHIVE_BUCKET: "archive",
  CHECKPOINT_TABLE: "checkpoints",
  TOKEN_SECRET_ID: "grid-token",
  SLACK_API_BASE: "https://api.slack.com/audit/v1/",
};

describe("INGEST_ENVIRONMENT", () => {
  it("fills in what need not be set", () => {
    expect(readEnvironment(INGEST_ENVIRONMENT, LEAST)).toEqual({
      ...LEAST,
      SETTLE_DELAY_SECONDS: 60,
      ALLOWED_LATENESS_SECONDS: 900,
    });
  });

  it("reads a first start as epoch seconds", () => {
    expect(
      readEnvironment(INGEST_ENVIRONMENT, { ...LEAST, FIRST_START: "2026-03-02T00:00:00Z" }),
    ).toMatchObject({ FIRST_START: Date.UTC(2026, 2, 2) / 1000 });
  });

  it.each([
    ["SOURCE", "Grid"],
    ["SOURCE", undefined],
    ["ARCHIVE_BUCKET", ""],
    ["SLACK_API_BASE", "slack"],
    ["FIRST_START", "yesterday"],
    ["SETTLE_DELAY_SECONDS", "60s"],
    ["ALLOWED_LATENESS_SECONDS", "-1"],
    ["ALLOWED_LATENESS_SECONDS", ""],
  ])("names %s when it is %s", (name, value) => {
    expect(() => readEnvironment(INGEST_ENVIRONMENT, { ...LEAST, [name]: value })).toThrow(
      new RegExp(`${name}: `),
    );
  });

  it("says what is wrong with a variable", () => {
    expect(() =>
      readEnvironment(INGEST_ENVIRONMENT, { ...LEAST, SLACK_API_BASE: "slack" }),
    ).toThrow("SLACK_API_BASE: must be a URL");
  });

  it("takes what the stack sets", () => {
    const { template } = synthesize({
      sources: [{ name: "acme", firstStart: "2026-02-01T00:00:00Z", allowedLateness: "2d" }],
      closing: { delay: "7d" },
    });
    const variables: Record<string, unknown> = resource(
      template,
      "AWS::Lambda::Function",
      "Ingestionacme",
    ).Properties.Environment.Variables;
    const deployed = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        typeof value === "string" ? value : "made by CloudFormation",
      ]),
    );

    expect(readEnvironment(INGEST_ENVIRONMENT, deployed)).toMatchObject({
      SOURCE: "acme",
      FIRST_START: Date.UTC(2026, 1, 1) / 1000,
      ALLOWED_LATENESS_SECONDS: 172_800,
    });
  });
});

describe("writeEnvironment", () => {
  const values = {
    SOURCE: "grid",
    ARCHIVE_BUCKET: Aws.STACK_ID, // as the CDK writes a name that only a deployment knows
    CHECKPOINT_TABLE: "checkpoints",
    TOKEN_SECRET_ID: "grid-token",
    SLACK_API_BASE: "https://api.slack-gov.com/audit/v1/",
    FIRST_START: Date.UTC(2026, 1, 1) / 1000,
    SETTLE_DELAY_SECONDS: 0,
    ALLOWED_LATENESS_SECONDS: 172_800,
  };

  it("writes what readEnvironment reads, as text", () => {
    const variables = writeEnvironment(INGEST_ENVIRONMENT, values);

    expect(variables).toEqual({
      ...values,
      FIRST_START: "2026-02-01T00:00:00Z",
      SETTLE_DELAY_SECONDS: "0",
      ALLOWED_LATENESS_SECONDS: "172800",
    });
    expect(readEnvironment(INGEST_ENVIRONMENT, variables)).toEqual(values);
  });

  it("leaves out what has no value", () => {
    expect(
      writeEnvironment(INGEST_ENVIRONMENT, { ...values, FIRST_START: undefined }),
    ).not.toHaveProperty("FIRST_START");
  });

  it("refuses what a function would refuse", () => {
    expect(() =>
      writeEnvironment(INGEST_ENVIRONMENT, { ...values, ALLOWED_LATENESS_SECONDS: 604_801 }),
    ).toThrow("ALLOWED_LATENESS_SECONDS");
  });
});
