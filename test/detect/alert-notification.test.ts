import { describe, expect, it } from "vitest";
import { type Alert, makeAlert as toAlert } from "../../lib/detect/alert.ts";
import { toNotification } from "../../lib/detect/alert-notification.ts";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { expiredAlert } from "../../lib/detect/expired-suppression.ts";
import { sqlIs } from "../../lib/detect/inspect.ts";
import { rulesOf } from "../../lib/detect/own-rules.ts";
import type { RuleDescription } from "../../lib/detect/rule.ts";
import { intuneDisabled } from "../../lib/detect/rules/intune-disabled.ts";
import { TECHNIQUES, type TechniqueId } from "../../lib/detect/techniques.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { makeAlert } from "./make-alert.ts";

/** Of the alert in SNS. */
function messageBytes(alert: Alert): number {
  const { text, data, subject, attributes } = toNotification(alert);
  const message = JSON.stringify({ default: JSON.stringify(data), email: text });
  return Buffer.byteLength(message + subject + JSON.stringify(attributes));
}

describe("toNotification", () => {
  it("is a text that a person can act on", () => {
    const { subject, text } = toNotification(makeAlert("intune-disabled/grid/…", { entries: 3 }));
    expect(subject).toBe(
      '[HIGH] "Ada Moe" (ada@example.com) disabled Intune mobile management in "Example"',
    );
    expect(text).toBe(`"Ada Moe" (ada@example.com) disabled Intune mobile management in "Example"

Unmanaged phones can reach the workspace again.

Severity:  high
When:      2026-01-05T10:30:00Z
Action:    intune_disabled
Who:       "Ada Moe" (ada@example.com) [U0ADMIN001]
What:      enterprise "Example" [E0EXAMPLE1]
Where:     Example
Address:   192.0.2.10
Client:    Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)
Entries:   3, from 2026-01-05T10:30:00Z to 2026-01-05T10:30:00Z; this is the first
ATT&CK:    T1562.001 Impair Defenses: Disable or Modify Tools
Tactics:   Defense Evasion
Rule:      intune-disabled
Reference: https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference

Check next:
- Ask those who manage devices.
- See who signed in from phones since.

Often harmless:
- A move to another mobile management.

The exact text:
audit-lake cat --source grid --from 2026-01-05T10:30:00Z --until 2026-01-05T10:30:01Z --id 11111111-2222-4333-8444-555555555555

In Athena, or with audit-lake query:
SELECT * FROM audit_logs WHERE source = 'grid' AND dt = '2026-01-05' AND id = '11111111-2222-4333-8444-555555555555'

What happened around it (in Athena the saved query security-settings-changed):
audit-lake query security-settings-changed --source grid --from 2025-12-29 --until 2026-01-06

The same again until 2026-01-05T11:00:00Z is not reported. Alert id: intune-disabled/grid/…
`);
  });

  it("says that a correlation may have more entries than those that completed it", () => {
    const [firstTime, lastTime] = ["2026-01-04T23:58:00Z", "2026-01-05T00:04:00Z"];
    const series = { from: firstTime, to: lastTime, where: "actor_id = 'U1'" };
    const { text } = toNotification(makeAlert("a", { series, firstTime, lastTime }));
    expect(text).toContain(
      "Entries:   from 2026-01-04T23:58:00Z to 2026-01-05T00:04:00Z, or longer; this is one\n",
    );
  });

  it("leaves out what a rule of one's own does not say", () => {
    const alert = makeAlert("a", { checks: [], falsePositives: [], techniques: [] });
    const { query: _, queryName: __, ...inspect } = alert.inspect;
    const { text } = toNotification({ ...alert, inspect });
    expect(text).not.toMatch(/Check next|harmless|ATT&CK|Tactics|around it|undefined/);
  });

  it.each(['"', "\\", "'", "😀", "é"])(
    "fits into a message of SNS, whatever is in it: %s",
    (character) => {
      const long = character.repeat(20_000);
      const many = Array.from({ length: 100 }, (_, index) => `${index}${long}`);
      const user = { id: long, name: long, email: long };
      const entry = {
        ...exampleEntry("intune_disabled"),
        id: long,
        actor: { type: "user", user },
        entity: { type: "user", user },
        context: { location: { name: long }, ip_address: long, ua: long },
      } as unknown as AuditLogEntry;
      const rule: RuleDescription = {
        ...intuneDisabled,
        ...{ title: long, reason: long, checks: many, falsePositives: many, query: "user-trail" },
        techniques: Object.keys(TECHNIQUES) as TechniqueId[],
      };
      const found = {
        ...{ entry, source: "grid", objectKey: "audit_logs/…", line: character.repeat(8_000) },
        address: { network: long, isKnownNetwork: false, lists: many },
        staff: Object.fromEntries(many.map((name) => [name, name])),
      };
      const of = { title: long, dedupeKey: long, start: entry.date_create, periodSeconds: 3600 };
      const first = entry.date_create;
      const entries = { count: 100, ids: many.slice(0, 10), first, last: first };
      const where = sqlIs("actor_id", long);
      for (const series of [undefined, { actions: [...intuneDisabled.actions], where }]) {
        const alert = toAlert(rule, found, of, { ...entries, ...(series && { series }) });
        expect(messageBytes(alert)).toBeLessThan(256 * 1024);
      }
    },
  );

  it.each([1, 100, 29_996])(
    "fits into a message of SNS with as many actions of %d characters as a rule may have",
    (length) => {
      const count = Math.floor(30_000 / (length + 4));
      const actions = Array<string>(count).fill("$".repeat(length));
      const rule = { ...intuneDisabled, actions };
      const load = (...names: string[]) =>
        rulesOf({ "a.ts": { rule: { ...rule, actions: [...actions, ...names] } } });
      expect(load()).toHaveLength(1);
      expect(() => load("$".repeat(length))).toThrow("of 30000 characters altogether");

      const because = {
        reason: "😀".repeat(1000),
        owner: "😀".repeat(1000),
        expires: "2026-01-01",
      };
      const suppression = { rule: rule.id, actor: "\\".repeat(15_000), ...because };
      const found = { source: "grid", objectKey: "audit_logs/…", latest: 1_767_607_200 };
      expect(messageBytes(expiredAlert(suppression, rule, found))).toBeLessThan(256 * 1024);
    },
  );

  it("carries the whole alert as data, and what filters need as attributes", () => {
    const alert = makeAlert("a");
    expect(toNotification(alert)).toMatchObject({
      data: { type: "alert", ...alert },
      attributes: {
        type: "alert",
        alertId: "a",
        ruleId: "intune-disabled",
        severity: "high",
        source: "grid",
        action: "intune_disabled",
        actorId: "U0ADMIN001",
        techniques: ["T1562.001"],
      },
    });
  });
});
