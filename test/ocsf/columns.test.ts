import { expect, it } from "vitest";
import { toFinding } from "../../lib/ocsf/alert-event.ts";
import { CLASSES, type ClassName, SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import { type ColumnType, columnsOf } from "../../lib/ocsf/columns.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { exampleContext } from "./example-context.ts";
import { exampleLines, knownActions } from "./example-lines.ts";
import { writtenEvent } from "./written-event.ts";

const CONTEXT = exampleContext();
const ALERT = makeAlert("intune-disabled/grid/2026-01-05T10:00:00Z/0");
const KNOWN = { ipAddress: "192.0.2.1", country: "DE", staff: { department: "Sales" } };
const EVENTS = SCHEMA_VERSIONS.flatMap((version) => [
  ...exampleLines([...knownActions(), ...knownActions(), "an_action_of_tomorrow"]).map((line) =>
    writtenEvent(line, version, CONTEXT),
  ),
  toFinding({ ...ALERT, entry: { ...ALERT.entry, ...KNOWN } }, version),
  toFinding({ ...ALERT, entry: { ...ALERT.entry, ipAddress: "unknown" } }, version),
]);
const NAMES = new Map(
  Object.entries(CLASSES).map(([name, { uid }]) => [uid as number, name as ClassName]),
);

it("has a column for all that an event can have", () => {
  const missing = EVENTS.flatMap((event) =>
    withoutColumn(event, columnsOf(NAMES.get(event.class_uid) as ClassName)),
  );

  expect([...new Set(missing)]).toEqual([]);
});

const TYPES = {
  string: "string",
  unique: "string",
  integer: "number",
  long: "number",
  boolean: "boolean",
};

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
  return typeof value === TYPES[type] ? [] : [path];
}
