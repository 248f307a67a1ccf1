import type { AuditLogEntry } from "../slack/types.ts";
import { wholeEntry } from "./entry-line.ts";
import type { Rule, RuleContext } from "./rule.ts";

/**
 * Makes rules that get frozen copies of entries and context: all rules are given the same ones,
 * so what one changed, the others would see. Its code throws instead.
 *
 * For rules of one's own only: rules of ours change nothing, and a copy takes time. What is made by
 * one call shares the copies.
 */
export function isolator(): (rule: Rule) => Rule {
  const copyOf = remembering((entry: AuditLogEntry) => freezeDeep(structuredClone(entry)));
  const entryOf = (entry: AuditLogEntry) => copyOf(wholeEntry(entry));
  const contextOf = remembering(freezeContext);
  return (rule) => {
    const { matches } = rule;
    return {
      ...rule,
      alertTitle: (entry) => rule.alertTitle(entryOf(entry)),
      dedupeKey: (entry) => rule.dedupeKey(entryOf(entry)),
      ...(matches && {
        matches: (entry, context) => matches.call(rule, entryOf(entry), contextOf(context)),
      }),
    };
  };
}

/** Forgets the copy with what it is a copy of. */
function remembering<T extends object>(copy: (of: T) => T): (of: T) => T {
  const copies = new WeakMap<T, T>();
  return (of) => {
    const known = copies.get(of) ?? copy(of);
    copies.set(of, known);
    return known;
  };
}

/** @param value - what JSON makes */
function freezeDeep<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) freezeDeep(inner);
  }
  return Object.freeze(value);
}

function freezeContext(context: RuleContext): RuleContext {
  return Object.freeze({
    ...context,
    ownAppIds: Object.freeze([...context.ownAppIds]),
    ownInstallerIds: Object.freeze([...context.ownInstallerIds]),
  });
}
