import { expect, it } from "vitest";
import { SEVERITIES } from "../../lib/detect/rule.ts";
import { toFinding } from "../../lib/ocsf/alert-event.ts";
import { SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { problemsOf } from "./validate.ts";

const ALERT = makeAlert("intune-disabled/grid/2026-01-05T10:00:00Z/0");
const FACTS = {
  ipAddress: "192.0.2.1",
  country: "DE",
  network: "Office",
  isKnownNetwork: true,
  lists: ["Tor exits"],
  staff: { department: "Sales" },
};

it.each(SCHEMA_VERSIONS)("an alert is a valid finding of version %s", (version) => {
  const { line: _, ...withoutLine } = ALERT;
  const series = { from: ALERT.firstTime, to: ALERT.lastTime, where: "action = 'x'" };
  const suppression = { reason: "test", owner: "soc", expires: "2026-12-31" };
  const alerts = [
    ...SEVERITIES.map((severity) => ({ ...ALERT, severity })),
    { ...ALERT, entry: { ...ALERT.entry, ...FACTS }, series, suppression },
    withoutLine,
  ];

  expect(alerts.flatMap((alert) => problemsOf(toFinding(alert, version)))).toEqual([]);
});

it("says what the alert says", () => {
  const finding = toFinding({ ...ALERT, entry: { ...ALERT.entry, ...FACTS } }, "1.5.0");

  expect(finding).toMatchObject({
    class_uid: 2004,
    severity: "High",
    status: "New",
    message: ALERT.title,
    raw_data: ALERT.line,
    metadata: { uid: ALERT.id, event_code: "intune-disabled", tenant_uid: "grid" },
    finding_info: { uid: ALERT.id, title: ALERT.title, desc: ALERT.reason },
    enrichments: [
      { value: "192.0.2.1", data: { country: "DE", network: "Office" } },
      { value: ALERT.entry.actorId, data: { department: "Sales" } },
    ],
  });
  expect(
    toFinding(
      { ...ALERT, suppression: { reason: "r", owner: "o", expires: "2026-12-31" } },
      "1.5.0",
    ).status,
  ).toBe("Suppressed");
});
