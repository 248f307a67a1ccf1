import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ANOMALY_REASONS, exampleAnomaly } from "../../lib/detect/anomaly-rule.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { entityId, entityName } from "../../lib/detect/entry-fields.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { NO_CONTEXT, ruleMatches, SEVERITIES } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { TECHNIQUES } from "../../lib/detect/techniques.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { STRANGE_FIELDS } from "./strange-fields.ts";

const examples = RULES.flatMap((rule) => [
  ...rule.examples.match.map((example) => ({ rule, example, expected: true, id: rule.id })),
  ...rule.examples.ignore.map((example) => ({ rule, example, expected: false, id: rule.id })),
]);

describe("each rule's own cases", () => {
  it.each(examples)("$id: $example.name → $expected", ({ rule, example, expected }) => {
    expect(ruleMatches(rule, example.entry, example.context ?? NO_CONTEXT)).toBe(expected);
  });

  it.each(examples.filter(({ rule }) => rule.needs !== undefined))(
    "$id: $example.name → nothing, without what the rule needs",
    ({ rule, example }) => {
      expect(ruleMatches(rule, example.entry, NO_CONTEXT)).toBe(false);
    },
  );

  it.each(RULES)("$id has cases of both kinds", ({ examples: { match, ignore } }) => {
    expect(match.length).toBeGreaterThan(0);
    expect(ignore.length).toBeGreaterThan(0);
    for (const { because } of ignore) {
      expect(because).toMatch(/^[A-Za-z`].{10,}[^.]$/);
    }
  });

  it.each(RULES)("$id titles and keys its own matches", ({ examples: { match }, ...rule }) => {
    for (const { entry } of match) {
      expect(rule.alertTitle(entry)).toMatch(/^["A-Z]|^(?:channel|file|app|user) /);
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
    const used = new Set<string>(DETECTIONS.flatMap(({ techniques }) => techniques));
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

  it.each(STRANGE_FIELDS)("are no reason to throw: %s", (_, fields) => {
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

describe("who and what an alert names", () => {
  /** One alert for what one person does to many: its title names the first. */
  const BY_ACTOR: Record<string, string> = {
    "empty-user-agent": "a script downloads files by the hundred",
    "dlp-violation-deleted": "findings are cleared by the dozen",
    "public-file-link-created": "people open files by the dozen",
    "role-changed-to-guest": "a whole department locked out is one alert",
    "user-session-reset": "a whole department signed out is one alert",
  };
  const cases = RULES.flatMap((rule) =>
    rule.examples.match.map(({ name, entry }) => ({ id: rule.id, name, entry, rule })),
  );
  const other = (entry: AuditLogEntry, field: "actor" | "entity"): AuditLogEntry => {
    const { type = "user" } = entry[field];
    const [of, text] = [entry[field] as Record<string, object>, JSON.stringify(entry[field])];
    const changed = {
      ...of[type],
      id: "U0SOMEONE1",
      name: "Someone Else",
      email: "else@example.com",
    };
    expect(text).not.toContain("Someone");
    return { ...entry, [field]: { ...of, [type]: changed } };
  };

  it.each(cases)("$id, $name: who did it, or who is meant", ({ rule, entry }) => {
    const changed = other(other(entry, "actor"), "entity");
    expect(rule.alertTitle(changed)).not.toBe(rule.alertTitle(entry));
    expect(rule.dedupeKey(changed)).not.toBe(rule.dedupeKey(entry));
    expect(rule.alertTitle(changed)).toContain("Someone Else");
    expect(rule.dedupeKey(changed)).toContain("U0SOMEONE1");
  });

  it.each(cases)("$id, $name: to what", ({ rule, entry }) => {
    const changed = other(entry, "entity");
    expect(rule.alertTitle(changed)).toContain("Someone Else");
    if (BY_ACTOR[rule.id] === undefined) {
      expect(rule.dedupeKey(changed)).toContain("U0SOMEONE1");
    } else {
      expect(rule.dedupeKey(changed)).toBe(rule.dedupeKey(entry));
    }
  });

  /** Slack acts, whoever stands as the actor: the user, or Slack. */
  const BY_SLACK = new Set(["account-compromise-response"]);
  const byPeople = cases.filter(
    ({ id, rule }) => !BY_SLACK.has(id) && !rule.actions.includes("anomaly"),
  );

  it.each(byPeople)("$id, $name: by whom", ({ rule, entry }) => {
    const changed = other(entry, "actor");
    expect(rule.alertTitle(changed)).toContain("Someone Else");
    expect(rule.dedupeKey(changed)).toContain("U0SOMEONE1");
  });

  const alertsOf = (...entries: AuditLogEntry[]) =>
    RULES.flatMap((rule) => {
      const matching = entries.filter((entry) => ruleMatches(rule, entry, NO_CONTEXT));
      const byKey = new Map(matching.map((entry) => [rule.dedupeKey(entry), entry]));
      return [...byKey.values()].map((entry) => `${rule.severity}: ${rule.alertTitle(entry)}`);
    });
  const ROLE = { type: "role", role: { id: "Rl1", name: "Analyst", type: "0" } };

  it("tells apart two people who are given the same role", () => {
    const given = (target_user: string) =>
      exampleEntry("role_assigned", { entity: ROLE, details: { target_user } });
    expect(alertsOf(given("U1"), given("U2"))).toEqual([
      'high: "Ada Moe" (ada@example.com) assigned role "Analyst" for U1 in "Example"',
      'high: "Ada Moe" (ada@example.com) assigned role "Analyst" for U2 in "Example"',
    ]);
  });

  it("says nothing of the role that the creator of a private channel gets", () => {
    const details = { target_user: "U0ADMIN001", target_entity: "C0EXAMPLE1" };
    expect(alertsOf(exampleEntry("role_assigned", { entity: ROLE, details }))).toEqual([]);
  });

  it("tells apart two channels with another retention", () => {
    const channel = (id: string) => ({
      type: "channel",
      channel: {
        id,
        name: id.toLowerCase(),
        privacy: "private",
        is_shared: false,
        is_org_shared: false,
      },
    });
    const changed = (id: string) =>
      exampleEntry("channel_retention_changed", {
        entity: channel(id),
        details: { new_retention_policy: { type: "custom", duration_days: 1 } },
      });
    expect(alertsOf(changed("C1"), changed("C2"))).toEqual([
      'medium: "Ada Moe" (ada@example.com) changed the retention of channel "c1" in "Example" (channel_retention_changed)',
      'medium: "Ada Moe" (ada@example.com) changed the retention of channel "c2" in "Example" (channel_retention_changed)',
    ]);
  });

  it("tells apart two permissions that one role is given", () => {
    const given = (permission: string) =>
      exampleEntry("permissions_assigned", {
        entity: { type: "account_type_role", account_type_role: { id: 1001, name: "FULL_MEMBER" } },
        details: { changed_permissions: [permission], is_allowed: "ALLOWED" },
      });
    expect(alertsOf(given("ARCHIVE_CHANNEL"), given("CREATE_CANVAS_TEMPLATES"))).toEqual([
      'medium: "Ada Moe" (ada@example.com) assigned permissions to account type role "FULL_MEMBER" (ARCHIVE_CHANNEL) in "Example"',
      'medium: "Ada Moe" (ada@example.com) assigned permissions to account type role "FULL_MEMBER" (CREATE_CANVAS_TEMPLATES) in "Example"',
    ]);
  });

  it("lists the admin scopes of an app that is opened to the organization", () => {
    const entry = exampleEntry("org_app_upgraded_to_org_install", {
      entity: { type: "app", app: { id: "A1", name: "Sync", scopes: ["admin.users:write"] } },
    });
    expect(alertsOf(entry)).toContain(
      'high: "Ada Moe" (ada@example.com) gave app "Sync" admin.users:write in "Example"',
    );
  });

  it("is high for an unusual address that is on a threat list", () => {
    const severities = (...details: string[]) =>
      alertsOf(exampleAnomaly(["ip_address"], details)).map((alert) => alert.split(":")[0]);
    expect(severities("new-asn")).toEqual(["low"]);
    expect(severities("new-asn", "in-ioc-list")).toEqual(["high"]);
  });

  it.each([
    [
      "message",
      { channel: "C1", timestamp: "1787672000.000100", team: "E1" },
      "C1/1787672000.000100",
    ],
    ["external_auth_oauth2_token", { provider: { id: 98765, key: "calendar" } }, "98765"],
  ])("names an entity without an id: %s", (type, entity, id) => {
    const entry = exampleEntry("message_flagged", { entity: { type, [type]: entity } });
    expect(entityId(entry)).toBe(id);
    expect(entityName(entry)).not.toContain("unnamed");
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
