import { describe, expect, it } from "vitest";
import {
  configureRules,
  parseRuleOverrides,
  RuleConfigurationError,
} from "../../lib/detect/configure.ts";
import { type Correlation, type Detection, titleOf } from "../../lib/detect/correlation.ts";
import { CORRELATIONS } from "../../lib/detect/correlations/index.ts";
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

describe("numbers and sources", () => {
  const overrides = parseRuleOverrides({
    "many-failed-logins": {
      atLeast: 20,
      within: "1h",
      sources: { gov: { severity: "critical", atLeast: 5 }, test: "off" },
    },
  });
  const ofSource = (source?: string) =>
    configureRules(overrides, DETECTIONS, source).find(({ id }) => id === "many-failed-logins") as
      | Correlation
      | undefined;

  it("are taken from the rule, then from the source", () => {
    expect(ofSource("grid")).toMatchObject({
      severity: "medium",
      withinSeconds: 3600,
      steps: [{ atLeast: 20 }],
    });
    expect(ofSource("gov")).toMatchObject({
      severity: "critical",
      withinSeconds: 3600,
      steps: [{ atLeast: 5 }],
    });
    expect(ofSource("test")).toBeUndefined();
    expect(ofSource()?.steps).toMatchObject([{ atLeast: 20 }]);
  });

  it("are in the title", () => {
    const rule = ofSource("gov");
    expect(rule && titleOf(rule, '"Ada"')).toBe(
      '"Ada" failed to sign in at least 5 times within an hour',
    );
  });

  it("leave every other rule as it is", () => {
    const others = (rules: readonly Detection[]) =>
      rules.filter(({ id }) => id !== "many-failed-logins");
    expect(others(configureRules(overrides, DETECTIONS, "gov"))).toEqual(others(DETECTIONS));
  });

  it.each([
    [{ "admin-granted": { within: "1h" } }, /admin-granted is about one entry.*leave out "within"/],
    [{ "admin-granted": { atLeast: 5 } }, /admin-granted counts nothing; leave out "atLeast"/],
    [
      { "login-after-deactivation": { sources: { gov: { atLeast: 5 } } } },
      /login-after-deactivation counts nothing/,
    ],
    [{ "many-failed-logins": { atLeast: 1 } }, /wrong: many-failed-logins.atLeast$/],
    [{ "many-failed-logins": { atLeast: "20" } }, /wrong: many-failed-logins.atLeast$/],
    [{ "many-failed-logins": { within: "2d" } }, /wrong: many-failed-logins.within$/],
    [{ "many-failed-logins": { within: "soon" } }, /wrong: many-failed-logins.within$/],
    [{ "many-failed-logins": { threshold: 5 } }, /wrong: many-failed-logins$/],
    [{ "many-failed-logins": { sources: { gov: 5 } } }, /wrong: many-failed-logins.sources.gov$/],
  ])("are refused where they mean nothing: %j", (value, message) => {
    expect(() => parseRuleOverrides(value)).toThrow(message);
  });

  it("of every rule have one threshold at most", () => {
    for (const { id, steps } of CORRELATIONS) {
      expect(steps.filter(({ atLeast = 1 }) => atLeast > 1).length, id).toBeLessThanOrEqual(1);
    }
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
