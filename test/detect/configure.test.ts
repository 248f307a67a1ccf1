import { describe, expect, it } from "vitest";
import {
  configureRules,
  parseRuleOverrides,
  RuleConfigurationError,
} from "../../lib/detect/configure.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";

describe("parseRuleOverrides", () => {
  it("takes a severity or off for each known rule", () => {
    const overrides = { "app-installed": "off", "admin-granted": "critical" };
    expect(parseRuleOverrides(overrides)).toEqual(overrides);
  });

  it("names every unknown rule", () => {
    expect(() => parseRuleOverrides({ "app-instaled": "off", nope: "low" })).toThrow(
      new RuleConfigurationError(
        'detection rules: no rule is called "app-instaled", "nope"; docs/reference/detections.md lists them all',
      ),
    );
  });

  it.each([
    [{ "app-installed": "loud" }, /wrong: app-installed$/],
    [{ "app-installed": false }, /wrong: app-installed$/],
    ["off", /wrong: the whole value$/],
    [null, /wrong: the whole value$/],
  ])("refuses %j and says what is allowed", (value, message) => {
    expect(() => parseRuleOverrides(value)).toThrow(message);
    expect(() => parseRuleOverrides(value)).toThrow(/off, info, low, medium, high, critical/);
  });
});

describe("configureRules", () => {
  it("leaves out what is off and changes the severity of what is overridden", () => {
    const rules = configureRules({ "app-installed": "off", "app-removed": "critical" });
    expect(rules).toHaveLength(DETECTIONS.length - 1);
    expect(rules.find(({ id }) => id === "app-installed")).toBeUndefined();
    expect(rules.find(({ id }) => id === "app-removed")?.severity).toBe("critical");
  });

  it("gives all rules as they are when nothing is configured", () => {
    expect(configureRules({})).toEqual(DETECTIONS);
  });
});
