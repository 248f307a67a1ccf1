import type { Route, TargetSettings } from "./target-settings.ts";

interface Routing {
  targets: Readonly<Record<string, TargetSettings>>;
  routes: readonly Route[];
}

/** A value that is right by itself, and wrong beside another. */
export interface RoutingProblem {
  path: PropertyKey[];
  message: string;
}

/** @param known - what routes may name */
export function* checkRouting(
  { targets, routes }: Routing,
  known: { ruleIds: readonly string[]; sources?: readonly string[] },
): Generator<RoutingProblem> {
  for (const [index, route] of routes.entries()) {
    const places: [keyof Route, readonly string[], string][] = [
      ["targets", Object.keys(targets), "no target"],
      ["rules", known.ruleIds, "no rule; docs/reference/detections.md lists them all"],
      ["sources", known.sources ?? route.sources ?? [], "no source"],
    ];
    for (const [name, allowed, what] of places) {
      for (const value of route[name] ?? []) {
        if (!allowed.includes(value)) {
          yield { path: ["routes", index, name], message: `"${value}" is ${what}` };
        }
      }
    }
  }
  for (const name of Object.keys(targets)) {
    if (!routes.some((route) => route.targets.includes(name))) {
      yield { path: ["targets", name], message: "is in no route, so it would get nothing" };
    }
  }
}
