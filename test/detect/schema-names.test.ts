import { describe, expect, it } from "vitest";
import { EXAMPLE_ENTITIES, exampleEntry } from "../../lib/detect/example-entry.ts";
import { addSeenNames, announcedNames } from "../../lib/detect/schema-names.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

function seen(entry: unknown): Set<string> {
  const terms = new Set<string>();
  addSeenNames(terms, entry as AuditLogEntry);
  return terms;
}

describe("announcedNames", () => {
  it("knows the actions of all categories, and the fields of a type that stands there twice", () => {
    const actions = { actions: { user: ["user_login"], app: ["app_installed", "user_login"] } };
    const schemas = {
      schemas: [
        { type: "user", user: { id: "string" } },
        { type: "user", user: { id: "string", email: "string" } },
        { type: "function" },
      ],
    };
    expect(announcedNames(actions, schemas)).toEqual(
      new Set([
        "action:user_login",
        "action:app_installed",
        "entity:user",
        "field:entity.user.id",
        "field:entity.user.email",
        "entity:function",
      ]),
    );
  });
});

describe("addSeenNames", () => {
  it("calls an entity's field as its schema does", () => {
    const entry = exampleEntry("app_installed", { entity: EXAMPLE_ENTITIES.app });
    const schema = { type: "app", app: EXAMPLE_ENTITIES.app.app };
    const announced = announcedNames(
      { actions: { app: ["app_installed"] } },
      { schemas: [schema] },
    );
    const terms = seen(entry);
    expect([...announced].filter((term) => !terms.has(term))).toEqual([]);
  });

  it("finds fields within objects and lists", () => {
    const details = { permissions: [{ resource: { type: "x" } }, { scopes: ["a"] }] };
    expect([...seen({ id: "1", action: "a", details })]).toEqual([
      "action:a",
      "field:id",
      "field:action",
      "field:details",
      "field:details.permissions",
      "field:details.permissions[].resource",
      "field:details.permissions[].resource.type",
      "field:details.permissions[].scopes",
    ]);
  });

  it("takes no id or text for a name", () => {
    const details = { U0A43FHQEP: 1, C12345678: 1, "a name with spaces": 1, "": 1, new_value: 1 };
    expect([...seen({ action: "x".repeat(100), details })]).toEqual([
      "action:*",
      "field:action",
      "field:details",
      "field:details.*",
      "field:details.new_value",
    ]);
  });

  it("does not follow data without end", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50; i += 1) {
      deep = { inner: deep };
    }
    expect(seen({ action: "a", details: deep }).size).toBeLessThan(10);
  });

  it.each([{ action: 7 }, { action: "a", entity: null }, { action: "a", entity: "text" }])(
    "takes an entry in any shape: %j",
    (entry) => {
      expect(() => seen(entry)).not.toThrow();
    },
  );
});
