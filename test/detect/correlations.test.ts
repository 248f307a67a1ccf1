import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import { correlate } from "../../lib/detect/correlate.ts";
import { actionsOf, type Correlation, type CountedStep } from "../../lib/detect/correlation.ts";
import { CORRELATIONS } from "../../lib/detect/correlations/index.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { NO_CONTEXT, SEVERITIES } from "../../lib/detect/rule.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";
import { STRANGE_FIELDS } from "./strange-fields.ts";

const { date_create: TIME } = exampleEntry("user_login");
const KEY = toObjectKey({
  source: "grid",
  minDateCreate: TIME,
  maxDateCreate: TIME,
  hash: "0123456789abcdef",
});

function alertsOf(
  correlations: readonly Correlation[],
  entries: readonly AuditLogEntry[],
  context = NO_CONTEXT,
): Promise<Alert[]> {
  const detector = new Detector({ rules: correlations, context, periodSeconds: 3600 });
  const found = detector.detect(
    KEY,
    entries.map((entry) => Buffer.from(JSON.stringify(entry))),
  );
  expect(found.failures).toEqual(new Map());
  return correlate(found.stretches, new MemoryCorrelationStore(), detector.settings, 0);
}

const examples = CORRELATIONS.flatMap((rule) => [
  ...rule.examples.match.map((example) => ({ id: rule.id, rule, ...example, expected: true })),
  ...rule.examples.ignore.map((example) => ({ id: rule.id, rule, ...example, expected: false })),
]);

describe("each correlation's own cases", () => {
  it.each(examples)("$id: $name → $expected", async ({ rule, entries, context, expected }) => {
    const alerts = await alertsOf([rule], entries, context);
    expect(alerts.length > 0).toBe(expected);
    for (const { title, ruleId, series } of alerts) {
      expect(ruleId).toBe(rule.id);
      expect(title).not.toMatch(/undefined|null|NaN|\[object|unknown/);
      expect(series?.where).not.toContain("undefined");
    }
  });

  it.each(CORRELATIONS.filter(({ needs }) => needs !== undefined))(
    "$id counts nothing without what it needs",
    ({ steps, examples: { match } }) => {
      const counted = match.flatMap(({ entries }) =>
        entries.map((entry) => (steps[0] as CountedStep).distinct?.(entry, NO_CONTEXT)),
      );
      expect(new Set(counted)).toEqual(new Set([undefined]));
    },
  );

  it.each(examples.filter(({ expected }) => expected))(
    "$id: $name needs each of its entries' kinds, all of one subject",
    async ({ rule, entries, context }) => {
      for (const { actions } of rule.steps) {
        const without = entries.filter(({ action }) => !actions.includes(action));
        expect(await alertsOf([rule], without, context)).toEqual([]);
      }
      const ofMany = entries.map((entry, index) => {
        const other = { id: `X${index}`, name: `Person ${index}` };
        return {
          ...entry,
          actor: { type: "user", user: other },
          entity: { type: entry.entity.type, [String(entry.entity.type)]: other },
          context: {
            ...entry.context,
            ip_address: `198.51.100.${index}`,
            app: other,
            session_id: index,
          },
        } as AuditLogEntry;
      });
      expect(await alertsOf([rule], ofMany, context)).toEqual([]);
    },
  );
});

describe("the catalog of correlations", () => {
  const ids = CORRELATIONS.map(({ id }) => id);

  it("holds every file in lib/detect/correlations, each under its file's name, in this order", () => {
    const files = readdirSync(new URL("../../lib/detect/correlations/", import.meta.url))
      .filter((file) => file !== "index.ts")
      .map((file) => file.replace(/\.ts$/, ""));
    expect(ids).toEqual(files.toSorted());
  });

  it("has no id that a rule about one entry has", () => {
    const all = DETECTIONS.map(({ id }) => id);
    expect(all).toEqual([...new Set(all)]);
  });

  it.each(CORRELATIONS)("$id is described in full", (rule) => {
    expect(rule.title).toMatch(/^[A-Z].*[^.]$/);
    expect(rule.reason).toMatch(/^[A-Z].{20,}[.]$/);
    expect(SEVERITIES).toContain(rule.severity);
    expect(rule.techniques.length).toBeGreaterThan(0);
    expect(rule.reference).toMatch(/^https:\/\/docs\.slack\.dev\//);
    expect(actionsOf(rule).length).toBeGreaterThan(0);
    expect(Number.isSafeInteger(rule.withinSeconds) && rule.withinSeconds > 0).toBe(true);
    expect(rule.examples.match.length).toBeGreaterThan(0);
    expect(rule.examples.ignore.length).toBeGreaterThan(0);
    for (const { because } of rule.examples.ignore) {
      expect(because).toMatch(/^[A-Za-z`].{10,}[^.]$/);
    }
  });
});

describe("entries in a shape that Slack does not document", () => {
  it.each(STRANGE_FIELDS)("are no reason to throw: %s", async (_, fields) => {
    const actions = [...new Set(CORRELATIONS.flatMap(actionsOf))];
    const entries = actions.map((action) => ({ id: action, date_create: TIME, action, ...fields }));
    await expect(
      alertsOf(CORRELATIONS, entries as unknown as AuditLogEntry[]),
    ).resolves.toBeDefined();
  });
});
