import { expect, it } from "vitest";
import { routeAlert } from "../../lib/notify/route-alert.ts";
import type { Route } from "../../lib/notify/target-settings.ts";
import { makeAlert } from "../detect/make-alert.ts";

const ALERT = makeAlert("a"); // intune-disabled, high, source grid, T1562.001

it.each<[string, Omit<Route, "targets">, boolean]>([
  ["no condition", {}, true],
  ["its severity", { severity: "high" }, true],
  ["a lower one", { severity: "low" }, true],
  ["a higher one", { severity: "critical" }, false],
  ["its rule", { rules: ["app-installed", "intune-disabled"] }, true],
  ["another rule", { rules: ["app-installed"] }, false],
  ["its technique", { tags: ["T1562.001"] }, true],
  ["the technique above", { tags: ["T1562"] }, true],
  ["a technique beside", { tags: ["T1562.007"] }, false],
  ["its tactic", { tags: ["TA0005"] }, true],
  ["another tactic", { tags: ["TA0010"] }, false],
  ["one that begins alike", { tags: ["T156"] }, false],
  ["its source", { sources: ["grid"] }, true],
  ["another source", { sources: ["grid-2"] }, false],
  ["one condition of two", { severity: "high", sources: ["acme"] }, false],
])("routes by %s", (_what, conditions, isTaken) => {
  expect(routeAlert(ALERT, [{ ...conditions, targets: ["a"] }])).toEqual(isTaken ? ["a"] : []);
});

it("names each target once, whatever number of routes leads there", () => {
  const routes = [{ targets: ["a", "b"] }, { targets: ["b", "c"] }];
  expect(routeAlert(ALERT, routes)).toEqual(["a", "b", "c"]);
  expect(routeAlert(ALERT, [])).toEqual([]);
});
