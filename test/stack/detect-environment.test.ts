import { Aws } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { DETECT_ENVIRONMENT } from "../../lib/stack/detect-environment.ts";
import { readEnvironment, writeEnvironment } from "../../lib/stack/environment.ts";

const REQUIRED = {
  ARCHIVE_BUCKET: "slack-audit-lake",
  DETECTION_TABLE: "detection",
  ALERT_TOPIC_ARN: "arn:aws:sns:eu-central-1:111122223333:alerts",
};

function read(variables: Record<string, string>) {
  return readEnvironment(DETECT_ENVIRONMENT, variables);
}

describe("the environment of detection", () => {
  it("needs only names; the rest has defaults", () => {
    expect(read(REQUIRED)).toEqual({
      ...REQUIRED,
      DETECTION_RULES: {},
      OWN_APP_IDS: [],
      OWN_INSTALLER_IDS: [],
      ALERT_PERIOD_SECONDS: 3600,
      MAX_ENTRY_AGE_DAYS: 14,
    });
  });

  it("reads lists of ids and overrides of rules", () => {
    const variables = {
      OWN_APP_IDS: "A1, A2,",
      DETECTION_RULES: '{"app-installed":"off"}',
      ALERT_PERIOD_SECONDS: "86400",
    };
    expect(read({ ...REQUIRED, ...variables })).toMatchObject({
      OWN_APP_IDS: ["A1", "A2"],
      DETECTION_RULES: { "app-installed": "off" },
      ALERT_PERIOD_SECONDS: 86_400,
    });
  });

  it("names every variable that is missing", () => {
    expect(() => read({})).toThrow(/ARCHIVE_BUCKET: .*DETECTION_TABLE: .*ALERT_TOPIC_ARN: /);
  });

  it.each([
    ["DETECTION_RULES", "off", /DETECTION_RULES: .*JSON/],
    ["ALERT_PERIOD_SECONDS", "1h", /ALERT_PERIOD_SECONDS/],
    ["ALERT_PERIOD_SECONDS", "59", /ALERT_PERIOD_SECONDS/],
    ["MAX_ENTRY_AGE_DAYS", "0", /MAX_ENTRY_AGE_DAYS/],
    ["ALERT_TOPIC_ARN", "alerts", /ALERT_TOPIC_ARN/],
  ])("refuses %s=%s and says so", (name, value, message) => {
    expect(() => read({ ...REQUIRED, [name]: value })).toThrow(message);
  });

  it("is written as it is read, with the topic still without a name", () => {
    const values = {
      ...REQUIRED,
      ALERT_TOPIC_ARN: Aws.STACK_ID, // a token of the CDK's
      DETECTION_RULES: { "app-installed": "off" } as const,
      OWN_APP_IDS: ["A1", "A2"],
      OWN_INSTALLER_IDS: [],
      ALERT_PERIOD_SECONDS: 3600,
      MAX_ENTRY_AGE_DAYS: 14,
    };
    const variables = writeEnvironment(DETECT_ENVIRONMENT, values);

    expect(variables).toEqual({
      ...values,
      DETECTION_RULES: '{"app-installed":"off"}',
      OWN_APP_IDS: "A1,A2",
      OWN_INSTALLER_IDS: "",
      ALERT_PERIOD_SECONDS: "3600",
      MAX_ENTRY_AGE_DAYS: "14",
    });
    expect(read({ ...variables, ALERT_TOPIC_ARN: REQUIRED.ALERT_TOPIC_ARN })).toEqual({
      ...values,
      ALERT_TOPIC_ARN: REQUIRED.ALERT_TOPIC_ARN,
    });
  });
});
