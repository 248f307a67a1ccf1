import { describe, expect, it } from "vitest";
import { toNotification } from "../../lib/detect/alert-notification.ts";
import { makeAlert } from "./make-alert.ts";

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
Entries:   3; this is the first
ATT&CK:    T1562.001 Impair Defenses: Disable or Modify Tools
Rule:      intune-disabled
Reference: https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference

The entry in Athena:
SELECT * FROM audit_logs WHERE source = 'grid' AND dt = '2026-01-05' AND id = '11111111-2222-4333-8444-555555555555'

The same again until 2026-01-05T11:00:00Z is not reported. Alert id: intune-disabled/grid/…
`);
  });

  it("has the query for all entries of a correlation", () => {
    const series = {
      ...{ from: "2026-01-04T23:58:00Z", to: "2026-01-05T00:04:00Z" },
      where: "action IN ('user_login_failed') AND actor_id = 'U1'",
    };
    const { text } = toNotification(makeAlert("a", { series }));
    expect(text).toContain(
      "Entries:   from 2026-01-04T23:58:00Z to 2026-01-05T00:04:00Z, or longer; this is one\n",
    );
    expect(text).toContain(`The entries in Athena:
SELECT * FROM audit_logs WHERE source = 'grid' AND dt BETWEEN '2026-01-04' AND '2026-01-05' AND (action IN ('user_login_failed') AND actor_id = 'U1')
`);
  });

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

  it("quotes an entry id that holds a quote", () => {
    const alert = makeAlert("a");
    const { text } = toNotification({ ...alert, entry: { ...alert.entry, id: "x' OR '1'='1" } });
    expect(text).toContain("AND id = 'x'' OR ''1''=''1'");
  });
});
