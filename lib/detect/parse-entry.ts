import type { AuditLogEntry } from "../slack/types.ts";

/**
 * Slack's entries have 7 levels at most. What is nested deeper is left out, since a
 * text of 16 KB can have 8,000 levels, more than a recursive function can walk.
 */
const MAX_LEVELS = 64;

/** @returns the entry, or what is wrong with the line */
export function parseEntry(line: string): AuditLogEntry | string {
  let value: Partial<AuditLogEntry> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return "not JSON";
  }
  if (typeof value !== "object" || value === null || typeof value.id !== "string") {
    return "not an object with an id";
  }
  if (!Number.isSafeInteger(value.date_create)) {
    return "its date_create is not an integer";
  }
  cutBelow(value, MAX_LEVELS);
  return value as AuditLogEntry;
}

/** Take out of an object what is nested deeper than a number of levels. */
function cutBelow(parent: object, levels: number): void {
  for (const [name, value] of Object.entries(parent)) {
    if (typeof value !== "object" || value === null) continue;
    if (levels > 1) {
      cutBelow(value, levels - 1);
    } else {
      Reflect.deleteProperty(parent, name); // assigning to `__proto__` would not replace it
    }
  }
}
