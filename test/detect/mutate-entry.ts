import type { AuditLogEntry } from "../../lib/slack/types.ts";
import type { SeededRandom } from "../simulation/seeded-random.ts";

/** What stands where a rule expects something else. */
const STRANGE_VALUES: readonly [unknown, ...unknown[]] = [
  null,
  true,
  0,
  -1,
  1e21,
  0.5,
  "",
  "null",
  '["admin"',
  "a\r\nb\u0000\u202ec",
  "\ud800",
  "x".repeat(5000),
  [],
  [null],
  [[["admin"]]],
  [{ id: 7 }],
  {},
  { type: "constructor", constructor: { id: "C1" } },
  { type: {}, id: [], name: { name: 1 } },
  { new_value: [], previous_value: {} },
];

/** Names that a rule may read, or that mean something to JavaScript. */
const NAMES: readonly [string, ...string[]] = [
  "id",
  "name",
  "type",
  "user",
  "__proto__",
  "toString",
  "reason",
];

/** A copy of an entry with some of its values replaced, left out, moved or added; `id` and time stay. */
export function mutateEntry(
  entry: AuditLogEntry,
  random: SeededRandom,
  actions: readonly string[],
): AuditLogEntry {
  const copy = structuredClone(entry) as AuditLogEntry & Record<string, unknown>;
  for (let changes = random.integer(1, 5); changes > 0; changes -= 1) {
    const parents = objectsIn(copy);
    const parent = random.pick(parents);
    const [first = "details", ...others] = Object.keys(parent);
    const name = random.pick([first, ...others]);
    const strange = structuredClone(random.pick(STRANGE_VALUES));
    switch (random.integer(0, 3)) {
      case 0:
        define(parent, name, strange);
        break;
      case 1:
        Reflect.deleteProperty(parent, name);
        break;
      case 2:
        define(parent, random.pick(NAMES), strange);
        break;
      default:
        define(parent, name, structuredClone(random.pick(parents)));
    }
  }
  if (random.chance(1 / 3)) copy.action = actions[random.integer(0, actions.length - 1)] ?? "";
  return { ...copy, id: entry.id, date_create: entry.date_create };
}

/** Assigning to `__proto__` would make no member of it. */
function define(parent: object, name: string, value: unknown): void {
  Object.defineProperty(parent, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** The value itself, and all objects and lists in it. */
function objectsIn(value: object): [object, ...object[]] {
  const nested = Object.values(value).filter((of) => typeof of === "object" && of !== null);
  return [value, ...nested.flatMap((of) => objectsIn(of as object))];
}
