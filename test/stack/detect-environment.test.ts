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
    ["DETECTION_RULES", '{"nope":"off"}', /DETECTION_RULES: .*no rule is called "nope"/],
    ["DETECTION_RULES", "off", /DETECTION_RULES: .*JSON/],
    ["ALERT_PERIOD_SECONDS", "1h", /ALERT_PERIOD_SECONDS/],
    ["ALERT_PERIOD_SECONDS", "59", /ALERT_PERIOD_SECONDS/],
    ["MAX_ENTRY_AGE_DAYS", "0", /MAX_ENTRY_AGE_DAYS/],
    ["ALERT_TOPIC_ARN", "alerts", /ALERT_TOPIC_ARN/],
  ])("refuses %s=%s and says so", (name, value, message) => {
    expect(() => read({ ...REQUIRED, [name]: value })).toThrow(message);
  });
});
