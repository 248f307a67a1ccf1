import { expect, it } from "vitest";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { parseWatchConfig, WatchConfigError } from "../../lib/notify/watch-config.ts";

const TARGETS = { soc: { type: "slack", secret: "SOC_WEBHOOK" } };
const ROUTES = [{ severity: "high", targets: ["soc"] }];

it("fills in what is not given", () => {
  expect(
    parseWatchConfig({ targets: TARGETS, routes: ROUTES }, DETECTIONS, ["grid"]),
  ).toMatchObject({
    ...{ targets: TARGETS, routes: ROUTES },
    ...{ periodSeconds: 3600, overrides: {} },
    context: { ownAppIds: [], ownInstallerIds: [] },
  });
});

const SUPPRESSION = {
  ...{ rule: "admin-granted", actor: "U1", reason: "Bot", owner: "sec", expires: "2027-01-01" },
};
const VALID = { targets: TARGETS, routes: ROUTES };

it.each<[unknown, string]>([
  ["text", "must be an object with the keys targets, routes, rules"],
  [{ routes: ROUTES }, "targets: is missing"],
  [{ ...VALID, route: [] }, 'unknown key "route"; allowed: targets, routes'],
  [{ ...VALID, alertPeriod: "1s" }, 'alertPeriod: must be a duration from "1m" to "7d"'],
  [{ ...VALID, routes: [] }, "targets.soc: is in no route"],
  [{ ...VALID, routes: [{ targets: ["soc"], rules: ["x"] }] }, "routes.0.rules.0: is no rule"],
  [
    { ...VALID, routes: [{ targets: ["soc"], sources: ["acme"] }] },
    "routes.0.sources.0: is no source; there is grid",
  ],
  [
    { ...VALID, rules: { "admin-granted": { sources: { acme: "off" } } } },
    'rules.admin-granted.sources: "acme" is no source; there is grid',
  ],
  [
    { ...VALID, suppressions: [{ ...SUPPRESSION, source: "acme" }] },
    'suppressions.0.source: "acme" is no source; there is grid',
  ],
  [{ ...VALID, rules: { x: "off" } }, '"x"'],
  [{ ...VALID, suppressions: [{}] }, "suppression 1 of 1"],
])("refuses %j", (config, problem) => {
  const parse = () => parseWatchConfig(config, DETECTIONS, ["grid"]);
  expect(parse).toThrow(WatchConfigError);
  expect(parse).toThrow(problem);
});

it("does not quote what may be a secret", () => {
  const secret = "https://hooks.slack.com/services/T0/B0/x0secret0x";
  const config = { targets: { soc: { type: "slack", secret } }, routes: ROUTES };
  expect(() => parseWatchConfig(config, DETECTIONS, ["grid"])).toThrow(
    /^targets\.soc\.secret: must be the name of an environment variable \(capitals, digits and _\), never the secret itself$/,
  );
});

const MISPLACED = "whsec_x0secret0xabcdefghijkl";

it.each<[object, string]>([
  [{ rules: { [MISPLACED]: "off" } }, "no rule is called number 1 (not shown); docs/"],
  [{ rules: { [MISPLACED]: "loud" } }, "wrong: number 1 (not shown)"],
  [{ rules: { "admin-granted": MISPLACED } }, "wrong: admin-granted"],
  [{ rules: { "admin-granted": { [MISPLACED]: 1 } } }, "wrong: admin-granted"],
  [
    { rules: { "admin-granted": { sources: { grid: "off", [MISPLACED]: "x" } } } },
    "wrong: admin-granted.sources.number 2 (not shown)",
  ],
  [
    { rules: { "admin-granted": { sources: { grid: "off", [MISPLACED]: "off" } } } },
    "rules.admin-granted.sources: number 2 is no source; there is grid",
  ],
  [{ suppressions: [{ ...SUPPRESSION, rule: MISPLACED }] }, "suppression 1 of 1: rule is no rule;"],
  [
    { suppressions: [{ ...SUPPRESSION, [MISPLACED]: 1 }] },
    "unknown key (not shown); allowed: rule",
  ],
  [
    { suppressions: [{ ...SUPPRESSION, source: MISPLACED }] },
    "suppressions.0.source: is no source; there is grid",
  ],
])("names the place of a secret in the wrong one, and not the secret: %j", (wrong, place) => {
  const parse = () => parseWatchConfig({ ...VALID, ...wrong }, DETECTIONS, ["grid"]);
  expect(parse).toThrow(place);
  expect(parse).not.toThrow("x0secret0x");
});
