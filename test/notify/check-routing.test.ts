import { expect, it } from "vitest";
import { checkRouting } from "../../lib/notify/check-routing.ts";
import type { Route } from "../../lib/notify/target-settings.ts";

const KNOWN = { ruleIds: ["app-installed"], sources: ["grid"] };
const TARGETS = { soc: { type: "slack", secret: "s" } } as const;

function problems(...routes: Route[]): string[] {
  return [...checkRouting({ targets: TARGETS, routes }, KNOWN)].map(
    ({ path, message }) => `${path.join(".")} ${message}`,
  );
}

it("has nothing against what fits", () => {
  expect(problems({ rules: ["app-installed"], sources: ["grid"], targets: ["soc"] })).toEqual([]);
});

it.each<[Route, string]>([
  [{ targets: ["soc", "sco"] }, "routes.0.targets.1 is no target; there is soc"],
  [
    { rules: ["app"], targets: ["soc"] },
    "routes.0.rules.0 is no rule; docs/reference/detections.md lists them all",
  ],
  [{ sources: ["acme"], targets: ["soc"] }, "routes.0.sources.0 is no source; there is grid"],
])("names what there is not: %j", (route, problem) => {
  expect(problems(route)).toEqual([problem]);
});

it("names a target that would get nothing", () => {
  expect(problems()).toEqual(["targets.soc is in no route, so it would get nothing"]);
});
