import type { SeededRandom } from "../simulation/seeded-random.ts";

type Json = Record<string, unknown>;

/** What stands in the JSON for a value that `JSON.stringify` does not write. */
const RAW: Readonly<Record<string, string>> = {
  "@long": "12345678901234567890",
  "@negative": "-98765432109876543210.123456789012345678",
  "@huge": "1e400",
  "@exponent": "1.7876715e9",
  "@deep": `${"[".repeat(300)}${"]".repeat(300)}`,
  "@deepObject": `${'{"a":'.repeat(90)}1${"}".repeat(90)}`,
};

const VALUES: readonly [unknown, ...unknown[]] = [
  null,
  true,
  0,
  -1.5,
  "",
  " ",
  "\u0000\u001b[2J\u2028\ud800",
  "'; DROP TABLE audit_logs; --",
  '{"id":"x","action":"y"}',
  "=HYPERLINK(1)",
  "1787671500",
  "💥".repeat(50),
  [],
  {},
  [null, [], {}],
  [{ id: "U1" }],
  { id: { id: {} } },
  { user: { name: "user" } },
  ...Object.keys(RAW),
];

const NAMES: readonly [string, ...string[]] = [
  "__proto__",
  "constructor",
  "toString",
  "",
  "a.b",
  "id",
  "type",
  "user",
  "unmapped",
  "\u202e",
];

/** An entry's line with one to four things that Slack does not send; valid JSON, always an object. */
export function mutate(line: string, random: SeededRandom): string {
  const entry = JSON.parse(line) as Json;
  for (let count = random.integer(1, 4); count > 0; count--) mutateOnce(entry, random);
  let text = JSON.stringify(entry);
  for (const [name, raw] of Object.entries(RAW)) text = text.replaceAll(`"${name}"`, raw);
  if (random.chance(0.1)) text = `${text.slice(0, -1)},"action":"user_login","id":"second"}`;
  return text;
}

function mutateOnce(entry: Json, random: SeededRandom): void {
  const objects = objectsIn(entry);
  const parent = objects[random.integer(0, objects.length - 1)] ?? entry;
  const names = Object.keys(parent);
  const name =
    random.chance(0.2) || names.length === 0
      ? random.pick(NAMES)
      : (names[random.integer(0, names.length - 1)] as string);
  if (random.chance(0.3)) {
    Reflect.deleteProperty(parent, name);
    return;
  }
  const value = structuredClone(random.pick(VALUES));
  Object.defineProperty(parent, name, {
    ...{ value, enumerable: true, configurable: true, writable: true },
  });
}

function objectsIn(value: unknown): Json[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? below : [value as Json, ...below];
}
