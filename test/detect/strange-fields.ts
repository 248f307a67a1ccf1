/** Fields of entries in a shape that Slack does not document, which no rule may fail at. */
export const STRANGE_FIELDS: [string, Record<string, unknown>][] = [
  ["only an id, a time and an action", {}],
  ["null everywhere", { actor: null, entity: null, context: null, details: null }],
  ["text everywhere", { actor: "a", entity: "e", context: "c", details: "d" }],
  ["arrays everywhere", { actor: [], entity: [1], context: [[]], details: [{}] }],
  ["an entity without its object", { entity: { type: "user" } }],
  ["numbers for names", { actor: { user: { id: 7, name: 8 } }, entity: { type: 9, 9: { id: 1 } } }],
  ["a type that is no field of its own", { entity: { type: "constructor" } }],
  ["scopes that are no list", { details: { new_scopes: 5, reason: { a: 1 }, new_value: {} } }],
  ["a list that is cut", { details: { new_scopes: '["admin"', reason: "[" } }],
];
