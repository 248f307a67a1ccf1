import { describe, expect, it } from "vitest";
import { parseObjectCreated, UnexpectedEventError } from "../../lib/detect/object-created-event.ts";
import { OBJECT_CREATED } from "../fixtures/object-created-event.ts";

describe("parseObjectCreated", () => {
  it("reads the recorded event", () => {
    expect(parseObjectCreated(JSON.stringify(OBJECT_CREATED), "slack-audit-lake")).toEqual({
      key: "audit_logs/source=grid/dt=2026-03-02/hour=09/1772442000-1772442299-0123456789abcdef.json.gz",
      createdAt: Date.UTC(2026, 2, 2, 9, 6, 12),
    });
  });

  it.each([
    ["text", "hello", "the message is not JSON"],
    ["S3's test message", '{"Event":"s3:TestEvent"}', /not an "Object Created" event/],
    ["another type", { ...OBJECT_CREATED, "detail-type": "Object Deleted" }, /detail-type/],
    ["another service", { ...OBJECT_CREATED, source: "custom" }, /source/],
    ["no key", { ...OBJECT_CREATED, detail: { bucket: { name: "b" } } }, /detail\.object/],
  ])("refuses %s, saying why", (_, message, why) => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    expect(() => parseObjectCreated(text, "slack-audit-lake")).toThrow(UnexpectedEventError);
    expect(() => parseObjectCreated(text, "slack-audit-lake")).toThrow(why);
  });

  it("refuses an event about another bucket: no one may point the function elsewhere", () => {
    expect(() => parseObjectCreated(JSON.stringify(OBJECT_CREATED), "other")).toThrow(
      /about bucket slack-audit-lake, not the archive's, other/,
    );
  });
});
