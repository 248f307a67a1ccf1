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

/** @param known - what routes may name */
export function* checkRouting(
  { targets, routes }: Routing,
  known: { ruleIds: readonly string[]; sources: readonly string[] },
): Generator<RoutingProblem> {
  for (const [index, route] of routes.entries()) {
    const places: [keyof Route, readonly string[], (value: string) => string][] = [
      ["targets", Object.keys(targets), (target) => `"${target}" is no target`],
      [
        "rules",
        known.ruleIds,
        (rule) => `"${rule}" is no rule; docs/reference/detections.md lists them all`,
      ],
      ["sources", known.sources, (source) => noSource(source, known.sources)],
    ];
    for (const [name, allowed, describe] of places) {
      for (const value of route[name] ?? []) {
        if (!allowed.includes(value)) {
          yield { path: ["routes", index, name], message: describe(value) };
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
