import { expect, it } from "vitest";
import { exampleEntry } from "../../lib/detect/example-entry.ts";
import { isolator } from "../../lib/detect/isolated-rule.ts";
import { NO_CONTEXT, type Rule, type RuleContext } from "../../lib/detect/rule.ts";
import { intuneDisabled as rule } from "../../lib/detect/rules/intune-disabled.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

it("lets no rule change what others are given: its own code throws", () => {
  const entry = exampleEntry("user_login", { actorUserId: "U1" });
  const context = { ...NO_CONTEXT, ownAppIds: ["A1"] };
  const seen: unknown[] = [];
  const isolate = isolator();
  const watching: Rule = {
    ...rule,
    matches(given, known) {
      seen.push(given, known);
      return this.actions.length > 0;
    },
  };
  for (const one of [watching, watching]) {
    expect(isolate(one).matches?.(entry, context)).toBe(true);
  }
  expect(seen.slice(0, 2)).toEqual([entry, context]);
  expect(seen.slice(2).every((given, index) => given === seen[index])).toBe(true);

  const changes: Partial<
    Record<keyof Rule, (given: AuditLogEntry, known: RuleContext) => unknown>
  > = {
    matches: (_, known) => (known.ownAppIds as string[]).push("A2"),
    alertTitle: (given) => Object.assign(given.actor, { type: "changed" }),
    dedupeKey: (given) => Object.assign(given, { date_create: 0 }),
  };
  const changing = isolate({ ...rule, ...changes } as Rule);
  expect(() => changing.matches?.(entry, context)).toThrow(TypeError);
  expect(() => changing.alertTitle(entry)).toThrow(TypeError);
  expect(() => changing.dedupeKey(entry)).toThrow(TypeError);
  expect([entry, context]).toEqual(seen.slice(0, 2));
  expect(Object.isFrozen(entry)).toBe(false);
});

it("leaves a rule without a condition without one", () => {
  expect(isolator()({ ...rule, matches: undefined } as unknown as Rule).matches).toBe(undefined);
});
