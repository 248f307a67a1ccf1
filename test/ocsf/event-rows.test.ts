import { expect, it } from "vitest";
import { CLASSES, type ClassName, SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import { type ColumnType, columnsOf } from "../../lib/ocsf/columns.ts";
import { toEvent } from "../../lib/ocsf/event.ts";
import { toRows } from "../../lib/ocsf/event-rows.ts";
import { leafTexts } from "../../lib/ocsf/leaf-texts.ts";
import { collectRows } from "../../lib/sql/query-result.ts";
import { exampleLines, knownActions } from "./example-lines.ts";

const EVENTS = SCHEMA_VERSIONS.flatMap((version) =>
  exampleLines([...knownActions(), ...knownActions(), "an_action_of_tomorrow"]).map((line) =>
    toEvent(line, "acme", version),
  ),
);
const NAMES = new Map(
  Object.entries(CLASSES).map(([name, { uid }]) => [uid as number, name as ClassName]),
);

it("has a column for all that an event can have", () => {
  const missing = EVENTS.flatMap((event) =>
    withoutColumn(event, columnsOf(NAMES.get(event.class_uid) as ClassName)),
  );

  expect([...new Set(missing)]).toEqual([]);
});

it("has a row an event, and null where its class has nothing", async () => {
  const login = toEvent('{"action":"user_login","context":{"app":{"x":[1]}}}', "acme", "1.5.0");
  const { columns, rows } = await collectRows(
    toRows(
      (async function* () {
        yield [login];
      })(),
    ),
  );
  const row = Object.fromEntries(columns.map((name, i) => [name, rows[0]?.[i]]));

  expect(row).toMatchObject({
    class_uid: 3002,
    file: null,
    unmapped: { "context.app.x": "[1]" },
  });
});

it("names paths that are alike apart", () => {
  const leaves = leafTexts({ "a.b": 1, a: { b: "two", c: {} }, __proto__: 3, d: null });

  expect([...leaves]).toEqual([
    ["a.b", "1"],
    ["a.b (2)", "two"],
    ["a.c", "{}"],
    ["d", "null"],
  ]);
});

it("has names and texts that UTF-8 can hold, and names apart that become alike", () => {
  const leaves = leafTexts({ "x\ud800": "\ud83d", "x\udc00": { y: "😀" }, "x\udfff": 1 });

  expect([...leaves]).toEqual([
    ["x\ufffd", "\ufffd"],
    ["x\ufffd.y", "😀"],
    ["x\ufffd (2)", "1"],
  ]);
});

/** Paths of an event's members for which there is no column, or one of another type. */
function withoutColumn(value: unknown, type: ColumnType, path = ""): string[] {
  if (type === "map" || type === "json") return [];
  if (Array.isArray(type)) {
    return Array.isArray(value)
      ? value.flatMap((item) => withoutColumn(item, type[0], `${path}[]`))
      : [path];
  }
  if (typeof type === "object") {
    if (typeof value !== "object" || value === null) return [path];
    return Object.entries(value).flatMap(([name, child]) => {
      const column = (type as Record<string, ColumnType>)[name];
      return column === undefined
        ? [`${path}.${name}`]
        : withoutColumn(child, column, `${path}.${name}`);
    });
  }
  const isNumber = type === "integer" || type === "long";
  return typeof value === (isNumber ? "number" : type) ? [] : [path];
}
