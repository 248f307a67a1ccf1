import { isAtLeast } from "../detect/rule.ts";
import type { Alert } from "./target.ts";
import type { Route } from "./target-settings.ts";

/** What routes look at. */
export type RoutedFields = Pick<Alert, "severity" | "ruleId" | "source" | "techniques">;

/** @returns the names of the targets that an alert goes to, each once */
export function routeAlert(alert: RoutedFields, routes: readonly Route[]): string[] {
  const taken = routes.filter((route) => matches(alert, route));
  return [...new Set(taken.flatMap(({ targets }) => targets))];
}

function matches(alert: RoutedFields, { severity, rules, tags, sources }: Route): boolean {
  const tagged = alert.techniques.flatMap(({ id, tactics }) => [
    id,
    ...tactics.map((tactic) => tactic.id),
  ]);
  return (
    (severity === undefined || isAtLeast(alert.severity, severity)) &&
    (rules?.includes(alert.ruleId) ?? true) &&
    (sources?.includes(alert.source) ?? true) &&
    (tags?.some((tag) => tagged.some((id) => id === tag || id.startsWith(`${tag}.`))) ?? true)
  );
}
