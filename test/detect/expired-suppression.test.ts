import { describe, expect, it } from "vitest";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { type Suppression, Suppressions } from "../../lib/detect/suppressions.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

const EXPIRY = Date.UTC(2025, 11, 19) / 1000;
const IN_2100 = Date.UTC(2100, 0, 1) / 1000;
const KEY = toObjectKey({
  ...{ source: "grid", minDateCreate: EXPIRY, maxDateCreate: EXPIRY },
  hash: "0123456789abcdef",
});
const SUPPRESSION: Suppression = {
  ...{ rule: "intune-disabled", actor: "*", reason: "Our own bot", owner: "sec@example.com" },
  expires: "2025-12-19",
};

function alertsOf(
  suppressions: readonly Suppression[],
  entries: readonly AuditLogEntry[],
  options: { now?: number } = {},
) {
  const detector = new Detector({
    ...{ rules: DETECTIONS, suppressions: new Suppressions(suppressions) },
    ...{ context: NO_CONTEXT, periodSeconds: 3600 },
  });
  const lines = entries.map((entry) => Buffer.from(JSON.stringify(entry)));
  return detector.detect(KEY, lines, options).alerts;
}

function toldOf(...args: Parameters<typeof alertsOf>): string[] {
  return alertsOf(...args).flatMap(({ ruleId, suppression }) =>
    suppression === undefined ? ruleId : [],
  );
}

function at(date_create: number, action = "intune_disabled"): AuditLogEntry {
  return { ...exampleEntry(action), date_create };
}

describe("a suppression that expires", () => {
  it("ends with the day before, and says so each week", () => {
    expect(toldOf([SUPPRESSION], [at(EXPIRY - 1)])).toEqual([]);
    const alerts = alertsOf([SUPPRESSION], [at(EXPIRY)]);
    expect(alerts.map(({ ruleId }) => ruleId)).toEqual(["intune-disabled", "suppression-expired"]);
    expect(alerts.at(-1)).toMatchObject({
      title:
        'The suppression of intune-disabled by "sec@example.com" expired on 2025-12-19: "Our own bot"',
      severity: "medium",
      source: "grid",
      period: { start: "2025-12-19T00:00:00Z", end: "2025-12-26T00:00:00Z" },
      line: JSON.stringify(SUPPRESSION),
    });
    const idAfter = (days: number) =>
      alertsOf([SUPPRESSION], [at(EXPIRY + days * 86_400)]).at(-1)?.id;
    expect(idAfter(6)).toBe(alerts.at(-1)?.id);
    expect(idAfter(7)).not.toBe(alerts.at(-1)?.id);
  });

  it.each(["user_login", "intune_disabled"])(
    "has not done so because of an entry that comes from the future: %s",
    (action) => {
      const later = [{ ...SUPPRESSION, expires: "2099-01-01" }];
      const entries = [at(EXPIRY, action), at(IN_2100, action)];
      expect(toldOf(later, entries)).not.toContain("suppression-expired");
      expect(toldOf(later, entries, { now: EXPIRY })).not.toContain("suppression-expired");
      expect(toldOf(later, entries, { now: IN_2100 })).toContain("suppression-expired");
    },
  );

  it("says nothing in another source than its own", () => {
    const gov = { ...SUPPRESSION, source: "gov" };
    expect(toldOf([gov], [at(EXPIRY)])).toEqual(["intune-disabled"]);
  });
});
