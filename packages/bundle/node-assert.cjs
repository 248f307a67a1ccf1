// In place of node:assert, whose import loads what shows differences: undici gives a condition only.

/** @throws {Error} unless it holds */
module.exports = function assert(condition, message = "the condition does not hold") {
  if (!condition) throw message instanceof Error ? message : new Error(message);
};
