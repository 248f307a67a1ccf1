import { expect, it } from "vitest";
import {
  alertKey,
  alertProblem,
  dayOfAlert,
  encodeAlert,
  isAlertKey,
} from "../../lib/archive/alert-object.ts";

const ALERT = {
  id: "intune-disabled/grid/2026-03-02T09:00:00Z/bf9bd75eae73439d",
  source: "grid",
  period: { start: "2026-03-02T09:00:00Z" },
};

it("names an alert after its id, below its source and the day of its period", () => {
  const key = alertKey(ALERT);
  expect(key).toMatch(/^alerts\/source=grid\/dt=2026-03-02\/[0-9a-f]{32}\.json$/);
  expect(isAlertKey(key)).toBe(true);
  expect(dayOfAlert(key)).toBe("2026-03-02");
  expect(alertKey({ ...ALERT, id: `${ALERT.id}0` })).not.toBe(key);
});

it("keeps what a suppression holds back apart", () => {
  const held = { ...ALERT, suppression: { reason: "Migration" } };
  expect(alertKey(held)).not.toBe(alertKey(ALERT));
  expect(alertKey(held)).not.toBe(alertKey({ ...ALERT, suppression: { reason: "Test" } }));
});

it("finds nothing wrong with an alert under its own name only", () => {
  const key = alertKey(ALERT);
  expect(alertProblem(key, encodeAlert(ALERT))).toBeUndefined();
  expect(alertProblem(key, encodeAlert({ ...ALERT, id: "other" }))).toBe(
    "it is not the alert that its name says",
  );
  expect(alertProblem(key, Buffer.from("{}"))).toBe("it is not an alert");
  expect(alertProblem(key, Buffer.from("x"))).toBe("it is not an alert");
});
