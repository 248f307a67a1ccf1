import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ANOMALY_REASONS, exampleAnomaly } from "../../lib/detect/anomaly-rule.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { NO_CONTEXT, ruleMatches, SEVERITIES } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { TECHNIQUES } from "../../lib/detect/techniques.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

const examples = RULES.flatMap((rule) => [
  ...rule.examples.match.map((example) => ({ rule, example, expected: true, id: rule.id })),
  ...rule.examples.ignore.map((example) => ({ rule, example, expected: false, id: rule.id })),
]);

describe("each rule's own cases", () => {
  it.each(examples)("$id: $example.name → $expected", ({ rule, example, expected }) => {
    expect(ruleMatches(rule, example.entry, example.context ?? NO_CONTEXT)).toBe(expected);
  });

  it.each(RULES)("$id has cases of both kinds", ({ examples: { match, ignore } }) => {
    expect(match.length).toBeGreaterThan(0);
    expect(ignore.length).toBeGreaterThan(0);
  });

  it.each(RULES)("$id titles and keys its own matches", ({ examples: { match }, ...rule }) => {
    for (const { entry } of match) {
      expect(rule.alertTitle(entry)).toMatch(/^[A-Z]|^(?:channel|file|app|user) /);
      expect(rule.alertTitle(entry)).not.toMatch(/undefined|null|NaN|\[object/);
      expect(rule.dedupeKey(entry)).not.toBe("");
    }
  });
});

describe("the catalog", () => {
  const ids = RULES.map(({ id }) => id);

  it("has each id once", () => {
    expect(ids).toEqual([...new Set(ids)]);
  });

  it("holds every file in lib/detect/rules, each under its file's name", () => {
    const files = readdirSync(new URL("../../lib/detect/rules/", import.meta.url))
      .filter((file) => file !== "index.ts")
      .map((file) => file.replace(/\.ts$/, ""));
    expect(ids.toSorted()).toEqual(files.toSorted());
  });

  it("is in the order of the ids", () => {
    expect(ids).toEqual(ids.toSorted());
  });

  it.each(RULES)("$id is described in full", (rule) => {
    expect(rule.title).toMatch(/^[A-Z].*[^.]$/);
    expect(rule.reason).toMatch(/^[A-Z].{20,}[.]$/);
    expect(SEVERITIES).toContain(rule.severity);
    expect(rule.techniques.length).toBeGreaterThan(0);
    expect(rule.reference).toMatch(/^https:\/\/docs\.slack\.dev\//);
    expect(rule.actions.length).toBeGreaterThan(0);
    expect(new Set(rule.actions).size).toBe(rule.actions.length);
  });

  it("names no technique that no rule uses", () => {
    const used = new Set<string>(RULES.flatMap(({ techniques }) => techniques));
    expect(Object.keys(TECHNIQUES).filter((id) => !used.has(id))).toEqual([]);
  });

  it.each(ANOMALY_REASONS)("has exactly one rule for the anomaly %s", (reason) => {
    const entry = exampleAnomaly([reason]);
    expect(RULES.filter((rule) => ruleMatches(rule, entry, NO_CONTEXT))).toHaveLength(1);
  });
});

describe("entries in a shape that Slack does not document", () => {
  const context = { ownAppIds: ["A1"], ownInstallerIds: ["U1"] };
  const actions = [...new Set(RULES.flatMap((rule) => rule.actions))];
  const strange: [string, Record<string, unknown>][] = [
    ["only an id, a time and an action", {}],
    ["null everywhere", { actor: null, entity: null, context: null, details: null }],
    ["text everywhere", { actor: "a", entity: "e", context: "c", details: "d" }],
    ["arrays everywhere", { actor: [], entity: [1], context: [[]], details: [{}] }],
    ["an entity without its object", { entity: { type: "user" } }],
    [
      "numbers for names",
      { actor: { user: { id: 7, name: 8 } }, entity: { type: 9, 9: { id: 1 } } },
    ],
    ["a type that is no field of its own", { entity: { type: "constructor" } }],
    ["scopes that are no list", { details: { new_scopes: 5, reason: { a: 1 }, new_value: {} } }],
    ["a list that is cut", { details: { new_scopes: '["admin"', reason: "[" } }],
  ];

  it.each(strange)("are no reason to throw: %s", (_, fields) => {
    const thrown: unknown[] = [];
    for (const action of actions) {
      const entry = { id: "1", date_create: 1, action, ...fields } as unknown as AuditLogEntry;
      for (const rule of RULES) {
        try {
          ruleMatches(rule, entry, context);
          rule.alertTitle(entry);
          rule.dedupeKey(entry);
        } catch (error) {
          thrown.push([rule.id, action, error]);
        }
      }
    }
    expect(thrown).toEqual([]);
  });
});

describe("dedupe keys of settings", () => {
  it("differ by the value set, so that turning on does not hide turning off", () => {
    const rule = RULES.find(({ id }) => id === "mfa-settings-changed");
    const [on, off] = ["on", "off"].map((new_value) =>
      exampleEntry("pref.two_factor_auth_changed", { details: { new_value } }),
    ) as [AuditLogEntry, AuditLogEntry];
    expect(rule?.dedupeKey(on)).not.toBe(rule?.dedupeKey(off));
  });
});
