import { noSource } from "../detect/unknown-sources.ts";
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

/**
 * What is wrong is said by its place, and not quoted: it may be a secret.
 *
 * @param known - what routes may name
 */
export function* checkRouting(
  { targets, routes }: Routing,
  known: { ruleIds: readonly string[]; sources: readonly string[] },
): Generator<RoutingProblem> {
  const names = Object.keys(targets);
  for (const [index, route] of routes.entries()) {
    const places: [keyof Route, readonly string[], string][] = [
      ["targets", names, `is no target; there is ${names.join(", ")}`],
      ["rules", known.ruleIds, "is no rule; docs/reference/detections.md lists them all"],
      ["sources", known.sources, noSource(known.sources)],
    ];
    for (const [field, allowed, message] of places) {
      for (const [place, value] of [...(route[field] ?? [])].entries()) {
        if (!allowed.includes(value)) yield { path: ["routes", index, field, place], message };
      }
    }
  }
  for (const name of names) {
    if (!routes.some((route) => route.targets.includes(name))) {
      yield { path: ["targets", name], message: "is in no route, so it would get nothing" };
    }
  }
}
