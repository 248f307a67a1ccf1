import { expect, it } from "vitest";
import { toNotification } from "../../lib/detect/alert-notification.ts";
import { parseAlert } from "../../lib/notify/parse-alert.ts";
import { TargetRefusedError } from "../../lib/notify/target.ts";
import { makeAlert } from "../detect/make-alert.ts";

it("gives the alert that was published", () => {
  const alert = makeAlert("a");
  expect(parseAlert(JSON.stringify(toNotification(alert).data))).toEqual(alert);
});

it.each(["", "[]", '{"type":"schema_drift"}', '{"type":"alert","id":"a"}'])(
  "refuses what is no alert: %j",
  (text) => {
    expect(() => parseAlert(text)).toThrow(TargetRefusedError);
  },
);

it.each(["x0secret0x", '{"type":"x0secret0x","severity":"x0secret0x"}'])(
  "quotes nothing of it: %j",
  (text) => {
    const error = (() => {
      try {
        return parseAlert(text);
      } catch (error) {
        return error as Error;
      }
    })() as Error;
    expect(error).toBeInstanceOf(TargetRefusedError);
    expect(`${error.stack} ${error.cause}`).not.toContain("x0secret0x");
  },
);
