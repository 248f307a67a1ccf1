import { describe, expect, it } from "vitest";
import { toByteText, toByteTexts } from "../../lib/ocsf/byte-text.ts";
import { CLASSES, SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import type { OcsfEvent } from "../../lib/ocsf/event.ts";
import { parseLine } from "../../lib/ocsf/parse-line.ts";
import { STRANGE_FIELDS } from "../detect/strange-fields.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { exampleLines, knownActions } from "./example-lines.ts";
import { droppedLeaves } from "./leaves.ts";
import { mutate } from "./mutate.ts";
import { problemsOf } from "./validate.ts";
import { writtenEvent, writtenLine } from "./written-event.ts";

const ACTIONS = [...knownActions(), "an_action_of_tomorrow"];

const LINES = exampleLines(ACTIONS);

/** Everything that must hold for a line, whatever it is. */
function expectWhole(line: string): void {
  for (const version of SCHEMA_VERSIONS) {
    const event = writtenEvent(line, version);
    expect(problemsOf(event), line).toEqual([]);
    expect(event.raw_data).toBe(line);
    const entry = parseLine(toByteText(line));
    if (entry === undefined) continue;
    expect(droppedLeaves(entry, toByteTexts(event) as OcsfEvent), line).toEqual([]);
  }
}

describe.each(SCHEMA_VERSIONS)("version %s", (version) => {
  it("has a valid event for each action", () => {
    const invalid = LINES.map((line) => ({
      line,
      problems: problemsOf(writtenEvent(line, version)),
    }));

    expect(invalid.filter(({ problems }) => problems.length > 0)).toEqual([]);
  });

  it("drops no leaf of an entry", () => {
    const dropped = LINES.flatMap((line) =>
      droppedLeaves(JSON.parse(line), writtenEvent(line, version)),
    );

    expect(dropped).toEqual([]);
  });

  it("keeps the exact line, the id and the action", () => {
    for (const [index, line] of LINES.entries()) {
      const { raw_data, metadata } = writtenEvent(line, version);
      expect({ raw_data, uid: metadata.uid, code: metadata.event_code }).toEqual({
        raw_data: line,
        uid: `entry-${index}`,
        code: ACTIONS[index],
      });
    }
  });
});

it("an action that is not known is an API Activity, Other, by its own name", () => {
  const event = writtenEvent('{"action":"an_action_of_tomorrow"}', "1.5.0");

  expect(event).toMatchObject({
    class_uid: 6003,
    activity_id: 99,
    activity_name: "an_action_of_tomorrow",
    type_uid: 600399,
    status_id: 0,
    api: { operation: "an_action_of_tomorrow" },
  });
});

it("puts the target where its class has it", () => {
  const event = (action: string, fields: object) =>
    writtenEvent(JSON.stringify({ action, actor: { user: { id: "U1" } }, ...fields }), "1.8.0");
  const user = { entity: { type: "user", user: { id: "U2" } } };

  expect(event("user_deactivated", user).user).toEqual({ uid: "U2", type: "user", type_id: 1 });
  expect(event("user_login", {}).user).toEqual({ uid: "U1", type_id: 1 });
  expect(
    event("app_scopes_expanded", {
      entity: { type: "app", app: { id: "A1" } },
      details: { new_scopes: ["admin"] },
    }),
  ).toMatchObject({ user: { uid: "A1", type_id: 4 }, privileges: ["admin"] });
  expect(event("role_change_to_owner", user).privileges).toEqual(["owner"]);
  expect(event("user_added_to_usergroup", { ...user, details: { subteam: "S1" } })).toMatchObject({
    group: { uid: "S1" },
    user: { uid: "U2" },
  });
  expect(
    event("pref.hide_referers", {
      entity: { type: "enterprise", enterprise: { id: "E1" } },
      details: { previous_value: false, new_value: true },
    }),
  ).toMatchObject({
    entity: { uid: "E1", type_id: 4, data: false },
    entity_result: { data: true },
  });
  expect(
    event("file_downloaded", {
      entity: { type: "file", file: { id: "F1", name: "a.pdf", title: "Plan", filetype: "pdf" } },
    }).file,
  ).toEqual({ uid: "F1", name: "a.pdf", desc: "Plan", ext: "pdf", type: "file", type_id: 1 });
  expect(event("anomaly", { id: "X", details: { reason: ["asn", "tor"] } })).toMatchObject({
    finding_info: { uid: "X", title: "anomaly asn tor", types: ["asn", "tor"] },
    status: "New",
  });
});

describe("what differs between the versions", () => {
  const line = (action: string) =>
    JSON.stringify({ action, entity: { type: "app", app: { id: "A1" } }, context: { ua: "curl" } });

  it("is the user agent of files", () => {
    expect(writtenEvent(line("file_downloaded"), "1.5.0")).toMatchObject({
      unmapped: { context: { ua: "curl" } },
    });
    expect(writtenEvent(line("file_downloaded"), "1.8.0")).toMatchObject({
      http_request: { user_agent: "curl" },
    });
  });

  it("is what an app is as a user", () => {
    const typeOf = (version: "1.5.0" | "1.8.0") =>
      writtenEvent(line("app_scopes_expanded"), version).user;

    expect(typeOf("1.5.0")).toMatchObject({ type_id: 99 });
    expect(typeOf("1.8.0")).toMatchObject({ type_id: 4 });
  });
});

describe("a strange entry is a whole, valid event", () => {
  it.each(STRANGE_FIELDS)("%s", (_what, fields) => {
    for (const { uid } of Object.values(CLASSES)) {
      const action = ACTIONS.find(
        (name) => writtenEvent(`{"action":"${name}"}`, "1.5.0").class_uid === uid,
      );
      expectWhole(JSON.stringify({ id: "E", date_create: 1787671500, action, ...fields }));
    }
  });

  it.each([
    ["a time as text", '{"date_create":"1787671500"}', 1_787_671_500_000],
    ["a time with a fraction", '{"date_create":1787671500.25}', 1_787_671_500_250],
    ["a time as an exponent", '{"date_create":1.7876715e9}', 1_787_671_500_000],
    ["a time with a space of Unicode", '{"date_create":"\u00a01787671500"}', 1_787_671_500_000],
    ["a time that is none", '{"date_create":"yesterday"}', 0],
    ["a time beyond all times", '{"date_create":1e400}', 0],
    ["no JSON", '{"id":', 0],
    ["JSON that is no object", "[1]", 0],
    ["nothing", "", 0],
  ])("%s", (_what, line, time) => {
    expectWhole(line);
    expect(writtenEvent(line, "1.5.0").time).toBe(time);
  });

  it("takes the first of members with one name, as SQL does", () => {
    const event = writtenEvent('{"action":"user_login","action":"user_logout","id":"1"}', "1.5.0");

    expect(event.metadata).toMatchObject({ event_code: "user_login", uid: "1" });
  });

  it("has a name as it is, whatever names V8 has met before", () => {
    for (const name of ["\\\\", "\\u0062", "\\u00e4", "\\ud800", "\\n", "\\/", 'a\\"', "b"]) {
      const line = `{"details":{"a":1,"${name}":2}}`;

      const written = JSON.stringify(JSON.parse(`"${name}"`));
      expect(writtenLine(line, "1.5.0")).toContain(`"unmapped":{"details":{"a":1,${written}:2}}`);
    }
  });

  it("may have millions of escapes in a row", () => {
    const text = "\\u00e4".repeat(1_100_000);
    const { unmapped } = writtenEvent(`{"x":"${text}"}`, "1.5.0");

    expect(String(unmapped?.x)).toHaveLength(1_100_000);
  });

  it("keeps all digits of a number", () => {
    const line = '{"action":"user_login","context":{"session_id":12345678901234567890}}';

    expect(writtenEvent(line, "1.5.0").session).toEqual({ uid: "12345678901234567890" });
  });

  it("keeps what is nested too deep as its text", () => {
    const deep = `${"[".repeat(9000)}${"]".repeat(9000)}`;
    const line = `{"details":{"a":${deep}}}`;

    expectWhole(line);
    expect(JSON.stringify(writtenEvent(line, "1.5.0").unmapped)).toContain("[[[");
  });

  it("whatever is changed in it", () => {
    const random = new SeededRandom(1);
    for (const line of LINES) expectWhole(mutate(line, random));
  });
});

it("keeps half a surrogate pair, in names too", () => {
  const line = String.raw`{"id":"a\ud800b","x\ud800":["\udbff"],"x\udc00":{"y":"\ud83d\ude00"}}`;
  const { metadata, unmapped } = writtenEvent(line, "1.5.0");

  expectWhole(line);
  expect({ ...unmapped, id: metadata.uid }).toEqual(JSON.parse(line));
});

describe("a text is what Slack sent, in attributes, in what has no place, and in names", () => {
  const written = [
    "ä",
    "€",
    "漢字",
    "🦊",
    "\u0080",
    "\u2028",
    "\ufeff",
    "\ufffd",
    "a\tb",
    '"\\',
    "\0",
  ];
  const escaped = (text: string) =>
    text.replace(/./gsu, (character) =>
      Array.from(character, (_, at) => character.charCodeAt(at))
        .concat(character.length === 2 ? character.charCodeAt(1) : [])
        .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
        .join(""),
    );

  it.each([
    ["as they are", (text: string) => JSON.stringify(text)],
    ["escaped", (text: string) => `"${escaped(text)}"`],
    ["both", (text: string) => `${JSON.stringify(text).slice(0, -1)}${escaped(text)}"`],
    ["beside half a pair", (text: string) => `"\\ud83d${JSON.stringify(text).slice(1)}`],
  ])("%s", (_what, toJson) => {
    for (const text of written.map(toJson)) {
      const line = `{"action":"user_login","actor":{"user":{"id":"U1","name":${text}}},"x":{${text}:[${text}]}}`;
      const { actor, unmapped, raw_data } = writtenEvent(line, "1.5.0");
      const plain = JSON.parse(text);

      expect([actor, unmapped, raw_data]).toEqual([
        { user: { uid: "U1", name: plain, type_id: 1 } },
        { x: { [plain]: [plain] } },
        line,
      ]);
    }
  });
});
