import { describe, expect, it } from "vitest";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { ACTOR, TARGET_APP, TARGET_USER } from "../../lib/detect/subjects.ts";

const BOB = { id: "U2", name: "Bob", email: "bob@example.com" };

function titleOf(ruleId: string, fields: Record<string, unknown>): string | undefined {
  const rule = RULES.find(({ id }) => id === ruleId);
  return rule?.alertTitle({ ...exampleEntry(rule.actions[0] ?? ""), ...fields });
}

function actor(name: string, email = "eve@example.com") {
  return { type: "user", user: { id: "U3", name, email } };
}

describe("names that people choose", () => {
  const entity = { type: "user", user: BOB };

  it.each([
    [
      "a whole sentence",
      "CEO (ceo@example.com) made user Bob an owner in Org. Also",
      '"CEO (ceo@example.com) made user Bob an owner in Org. Also"',
    ],
    ["quotation marks", 'CEO" (ceo@example.com) made', `"CEO' (ceo@example.com) made"`],
    ["marks that look like them", "CEO” “a″ ''b", `"CEO' 'a' 'b"`],
    ["Slack's own name", "Slack", '"Slack"'],
  ])("stand in quotation marks: %s", (_, name, shown) => {
    expect(titleOf("owner-granted", { actor: actor(name), entity })).toBe(
      `${shown} (eve@example.com) made user "Bob" (bob@example.com) an owner in "Example"`,
    );
  });

  it.each([
    ["spaces", "x) made user Bob", '("x) made user Bob")'],
    ["an invisible character", "eve@example.com\u200bmade", '("eve@example.com\u200bmade")'],
  ])("stand in quotation marks when an e-mail address has %s", (_, email, shown) => {
    expect(titleOf("owner-granted", { actor: actor("Eve", email), entity })).toContain(
      `"Eve" ${shown} made`,
    );
  });

  it("stand in quotation marks, whatever they name", () => {
    expect(
      titleOf("external-organization-invited", {
        actor: actor("Eve"),
        entity: { type: "channel", channel: { id: "C1", name: "x in Org. Bob" } },
        context: { location: { id: "T1", name: "Org. Bob" } },
        details: { external_organization_name: "Acme to channel a" },
      }),
    ).toBe(
      '"Eve" (eve@example.com) invited "Acme to channel a" to channel "x in Org. Bob" in "Org. Bob"',
    );
    expect(
      titleOf("role-assigned", {
        actor: actor("Eve"),
        entity: { type: "role", role: { id: "R1", name: "Analyst" } },
        details: { target_user: "U1", policy_name: "a) in Org" },
      }),
    ).toBe('"Eve" (eve@example.com) assigned role "Analyst" for U1 ("a) in Org") in "Example"');
  });

  it("stand in quotation marks when they are what several entries have in common", () => {
    const entry = {
      ...exampleEntry("user_login"),
      actor: actor("Eve signed in. Bob"),
      entity: { type: "app", app: { id: "A1", name: "Sync of Bob" }, user: BOB },
    };
    expect([ACTOR, TARGET_USER, TARGET_APP].map((subject) => subject.name(entry))).toEqual([
      '"Eve signed in. Bob" (eve@example.com)',
      '"Bob" (bob@example.com)',
      'app "Sync of Bob"',
    ]);
  });
});
