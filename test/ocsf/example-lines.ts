import { readFileSync } from "node:fs";

/** Slack's list, as stored, and the actions that were seen besides. */
export function knownActions(): string[] {
  const texts = ["listed-actions.ts", "actions.ts"].map((file) =>
    readFileSync(new URL(`../../lib/slack/types/${file}`, import.meta.url), "utf8"),
  );
  const names = texts.flatMap((text) => [...text.matchAll(/"([a-z][\w.]*)"/gi)]);
  return [...new Set(names.map(([, name = ""]) => name))].sort();
}

/** An entity of each kind, as Slack sends them. */
const ENTITIES: readonly Record<string, unknown>[] = [
  { type: "user", user: { id: "U2", name: "Ada Moe", email: "ada@example.com", team: "T1" } },
  { type: "file", file: { id: "F1", name: "a.pdf", filetype: "pdf", title: "Plan" } },
  { type: "channel", channel: { id: "C1", name: "deals", privacy: "private", is_shared: false } },
  { type: "app", app: { id: "A1", name: "Sync", is_distributed: true, scopes: ["admin"] } },
  { type: "workspace", workspace: { id: "T1", name: "Example", domain: "example" } },
  { type: "enterprise", enterprise: { id: "E1", name: "Example", domain: "example" } },
  { type: "usergroup", usergroup: { id: "S1", name: "sales" } },
  { type: "role", role: { id: "Rl1", name: "Analyst", type: "custom" } },
  { type: "account_type_role", account_type_role: { id: 7, name: "Guest" } },
  { type: "message", message: { team: "T1", channel: "C1", timestamp: "1787672000.000100" } },
  { type: "workflow_v2", workflow_v2: { id: "Wf1", name: "Onboard", date_updated: 1787672000 } },
  { type: "canvas", canvas: { id: "F2", filetype: "quip", title: "Notes" } },
  { type: "list", list: { id: "F3" } },
  { type: "huddle", huddle: { id: "R1", participants: ["U1", "U2"], date_end: 0 } },
  { type: "template", template: { id: "Te1", template_name: "Project" } },
  { type: "legal_hold_policy", legal_hold_policy: { id: "H1", name: "Case 7" } },
  {
    type: "external_auth_oauth2_token",
    external_auth_oauth2_token: { provider: { id: 9, key: "k" } },
  },
  { type: "novelty", novelty: { id: "N1", colour: "blue" } },
];

const DETAILS: readonly (Record<string, unknown> | undefined)[] = [
  undefined,
  { previous_value: ["a"], new_value: { b: [true, null] } },
  { new_scopes: ["chat:write"], scopes: ["admin"], bot_scopes: [], old_scopes: [1] },
  { reason: ["asn", "tor"], action_timestamp: 1787672000000100, md5_hash: "ab".repeat(16) },
  { reason: "policy", target_user: "U3", subteam: "S1", old_retention_policy: { type: "keep" } },
];

/** One line an action, with the kinds of entities and details in turn. */
export function exampleLines(actions: readonly string[]): string[] {
  return actions.map((action, index) =>
    JSON.stringify({
      id: `entry-${index}`,
      date_create: 1787671500 + index,
      action,
      actor: {
        type: "user",
        user: { id: "U1", name: "Bo Ek", email: "bo@example.com", team: "E1" },
      },
      entity: ENTITIES[index % ENTITIES.length],
      context: {
        location: { type: "workspace", id: "T1", name: "Example", domain: "example" },
        ua: "Mozilla/5.0",
        ip_address: ["192.0.2.1", "2001:db8::1", "", "1.23.45.678"][index % 4],
        session_id: [5, "7", null, 6_000_000_000][index % 4],
        app: index % 3 === 0 ? { id: "A2", name: "Bot", scopes: ["chat:write"] } : null,
      },
      details: DETAILS[index % DETAILS.length],
    }),
  );
}
