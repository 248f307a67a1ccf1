import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { parseExport } from "../../lib/slack/export-file.ts";
import {
  AUDIT_LOGS_COLUMNS,
  AUDIT_LOGS_SQL,
  auditLogsView,
} from "../../lib/sql/audit-logs-view.ts";
import { openLakeOf, openLakeOfLines } from "./open-lake-of.ts";
import { RECIPES } from "./query-recipes.ts";
import { trinoProblems } from "./trino-grammar.ts";

/** One row of the view as an object. */
async function rowOf(entry: WireEntry | string): Promise<Record<string, unknown>> {
  const lake = await openLakeOf(entry);
  const { columns, rows } = await lake.query("SELECT * FROM audit_logs");
  expect(rows).toHaveLength(1);
  return Object.fromEntries(columns.map((name, i) => [name, rows[0]?.[i]]));
}

/** An entry whose text is this object, with an id and a time. */
function entryText(fields: Record<string, unknown>): string {
  return JSON.stringify({ id: "odd", date_create: MONDAY_MORNING, ...fields });
}

describe("the view audit_logs", () => {
  it("has the columns that its definition names", async () => {
    const lake = await openLakeOf();
    const duckdbTypes = {
      varchar: "VARCHAR",
      bigint: "BIGINT",
      integer: "INTEGER",
      boolean: "BOOLEAN",
      "timestamp(3)": "TIMESTAMP",
    };

    const { columns, types } = await lake.query("SELECT * FROM audit_logs");

    expect(columns).toEqual(AUDIT_LOGS_COLUMNS.map(({ name }) => name));
    expect(types).toEqual(AUDIT_LOGS_COLUMNS.map(({ type }) => duckdbTypes[type]));
  });

  it("gives every field of an entry", async () => {
    const entry = makeEntry({
      id: "a1",
      dateCreate: MONDAY_MORNING + 61,
      action: "file_downloaded",
      entity: {
        type: "file",
        file: { id: "F1", name: "plan.pdf", filetype: "pdf", title: "The plan" },
      },
      context: {
        app: { id: "A1", name: "Sync" },
        acting_agent: "USLACKBOT",
        session_id: 10137226569043,
      },
      details: { url_private: "https://files.example.com/F1", size: 1234567890 },
    });

    expect(await rowOf(entry)).toEqual({
      id: "a1",
      event_time: "2026-03-02 09:01:01",
      date_create: MONDAY_MORNING + 61,
      action: "file_downloaded",
      actor_type: "user",
      actor_id: "U0CHARLIE1",
      actor_name: "Charlie Parker",
      actor_email: "charlie.parker@example.com",
      actor_team: "T0BIRDLAND",
      entity_type: "file",
      entity_id: "F1",
      entity_name: "plan.pdf",
      entity_email: null,
      entity:
        '{"type":"file","file":{"id":"F1","name":"plan.pdf","filetype":"pdf","title":"The plan"}}',
      location_type: "enterprise",
      location_id: "E0ELYSIUM1",
      location_name: "Elysium",
      location_domain: "elysium",
      ip_address: "192.0.2.17",
      user_agent: expect.stringContaining("Chrome"),
      session_id: "10137226569043",
      app_id: "A1",
      app_name: "Sync",
      acting_agent: "USLACKBOT",
      context: expect.stringMatching(/^{"location":{.*"acting_agent":"USLACKBOT".*}$/),
      details: '{"url_private":"https://files.example.com/F1","size":1234567890}',
      line: entry.text,
      source: "slack",
      dt: "2026-03-02",
      hour: 9,
    });
  });

  it.each([
    [
      "a user",
      { type: "user", user: { id: "U2", name: "Ada", email: "ada@example.com" } },
      ["user", "U2", "Ada", "ada@example.com"],
    ],
    [
      "a title for want of a name",
      { type: "canvas", canvas: { id: "F2", title: "Notes" } },
      ["canvas", "F2", "Notes", null],
    ],
    [
      "a type of tomorrow",
      { type: "hologram_v3", hologram_v3: { id: "H1", name: "Leia" } },
      ["hologram_v3", "H1", "Leia", null],
    ],
    [
      "a number for an id",
      { type: "role", role: { id: 9007199254740991, name: 7 } },
      ["role", "9007199254740991", "7", null],
    ],
    [
      "a type that is no path",
      { type: "a.b['c']$", "a.b['c']$": { id: "X" } },
      ["a.b['c']$", null, null, null],
    ],
    ["an empty type", { type: "", "": { id: "X" } }, ["", null, null, null]],
    [
      "a type that ends with a newline",
      { type: "file\n", "file\n": { id: "X" } },
      ["file\n", null, null, null],
    ],
    ["a type without its object", { type: "file" }, ["file", null, null, null]],
    ["an object for a type", { type: { user: 1 } }, [null, null, null, null]],
    ["null", null, [null, null, null, null]],
    ["a number", 7, [null, null, null, null]],
    ["an array", [{ type: "user" }], [null, null, null, null]],
    ["a string", "U1", [null, null, null, null]],
  ])("reads an entity that is %s", async (_, entity, [type, id, name, email]) => {
    const text = entryText({ entity });

    expect(await rowOf(text)).toMatchObject({
      entity_type: type,
      entity_id: id,
      entity_name: name,
      entity_email: email,
      line: text,
    });
  });

  it.each([
    ["only what the archive needs", {}],
    ["nulls", { action: null, actor: null, entity: null, context: null, details: null }],
    ["numbers", { action: 1, actor: 2, entity: 3, context: 4.5, details: 6 }],
    ["strings", { action: "", actor: "", entity: "", context: "", details: "" }],
    ["arrays", { action: [], actor: [1], entity: [[]], context: [null], details: [{}] }],
    [
      "objects of no use",
      { action: {}, actor: { user: [] }, entity: {}, context: { location: 1 } },
    ],
    [
      "unknown fields",
      { "": 1, "a.b": 2, 'quo"te': 3, new_attribute: { deep: [{ deeper: "💥" }] } },
    ],
    ["a session beyond all numbers", { context: { session_id: 1e308, ip_address: null } }],
  ])("lets an entry of %s through, with its line intact", async (_, fields) => {
    const text = entryText(fields);

    expect(await rowOf(text)).toMatchObject({ line: text, source: "slack", hour: 9 });
  });

  it.each([
    [-1, -1],
    [253_402_300_800, 253_402_300_800],
    ["9223372036854775807", "9223372036854775807"],
    ["9223372036854775808", null],
    ["1e999", null],
    [null, null],
    ['"soon"', null],
    ["[1772442000]", null],
  ])("has no event_time for a date_create of %s", async (dateCreate, seconds) => {
    const line = `{"id":"odd","date_create":${dateCreate}}`;
    const lake = await openLakeOfLines([line]);

    const { rows } = await lake.query("SELECT event_time, date_create, line FROM audit_logs");

    expect(rows).toEqual([[null, seconds, line]]);
  });

  it.each(["1772442000.0", "1.772442e9"])("reads a date_create of %s", async (dateCreate) => {
    const lake = await openLakeOfLines([`{"id":"odd","date_create":${dateCreate}}`]);

    const { rows } = await lake.query("SELECT event_time, date_create FROM audit_logs");

    expect(rows).toEqual([["2026-03-02 09:00:00", MONDAY_MORNING]]);
  });

  it.each([
    ["more levels than Trino writes", `"details":{"a":${"[".repeat(1100)}${"]".repeat(1100)}}`],
    ["a longer name than Trino reads", `"${"n".repeat(60_000)}":1`],
  ])("has NULL for fields of a line with %s", async (_, fields) => {
    const text = `{"id":"odd","date_create":${MONDAY_MORNING},${fields}}`;

    expect(await rowOf(text)).toMatchObject({ id: null, details: null, line: text });
  });

  it.each([
    ["a list of 1,500 objects", `[${Array(1500).fill('{"b":[1]}').join()}]`],
    ["a text of 200,000 characters", `"${"x".repeat(200_000)}"`],
  ])("reads an entry with %s", async (_, value) => {
    const text = `{"id":"long","date_create":${MONDAY_MORNING},"action":"long","details":{"a":${value}}}`;

    expect(await rowOf(text)).toMatchObject({ id: "long", details: `{"a":${value}}` });
  });

  it("keeps numbers above 2^53 as text", async () => {
    const text = `{"id":"big","date_create":${MONDAY_MORNING},"context":{"session_id":18446744073709551617},"details":{"a":[9007199254740993,1e400]}}`;

    expect(await rowOf(text)).toMatchObject({
      session_id: "18446744073709551617",
      details: '{"a":[9007199254740993,1e400]}',
    });
  });

  it.each([
    ["\\ud83d", "�"],
    ["\\uDE00 \\ud83d\\ude00", "� ��"],
    ["\\ud83d\\ude00", "😀"],
    ["\\\\ud83d", "\\ud83d"],
    ["\\u0000", "\0"],
  ])("reads a name of %s", async (escaped, name) => {
    const text = `{"id":"emoji","date_create":${MONDAY_MORNING},"action":"user_login","actor":{"user":{"name":"${escaped}"}}}`;

    expect(await rowOf(text)).toMatchObject({ action: "user_login", actor_name: name, line: text });
  });

  it.each([
    [
      "message",
      { team: "E1", channel: "C1", timestamp: "1787672000.000100" },
      "C1/1787672000.000100",
      null,
    ],
    ["message", { channel: "C1" }, null, null],
    [
      "external_auth_oauth2_token",
      { provider: { id: 98765432109876, key: "calendar" } },
      "98765432109876",
      "calendar",
    ],
    ["list", { id: "F1" }, "F1", null],
  ])("has something to search by for an entity of type %s: %j", async (type, entity, id, name) => {
    const row = await rowOf(entryText({ entity: { type, [type]: entity } }));

    expect(row).toMatchObject({ entity_id: id, entity_name: name });
  });

  it("takes the first of two fields with one name, and has both in the line", async () => {
    const text = `{"id":"twice","date_create":${MONDAY_MORNING},"action":"first","action":"second"}`;

    expect(await rowOf(text)).toMatchObject({ action: "first", line: text });
  });
});

describe("a recipe", () => {
  it.each(RECIPES)("gives $what", async ({ sql }) => {
    const lake = await openLakeOf(
      entryText({
        action: "user_login_failed",
        entity: {
          type: "file",
          file: { filetype: "pdf" },
          channel: { privacy: "public", is_shared: true },
          app: { scopes: ["chat:write"] },
        },
        details: { reason: ["asn"], previous_ip_address: "192.0.2.1", previous_ua: "Slack" },
      }),
    );

    const { rows } = await lake.query(`SELECT ${sql} FROM audit_logs`);

    const values = ["failure", "pdf", "public", "true", '["chat:write"]', '["asn"]', "192.0.2.1"];
    expect([...values, "Slack"]).toContain(rows[0]?.[0]);
    expect(trinoProblems(`SELECT ${sql} FROM audit_logs`)).toEqual([]);
  });
});

const SAMPLES = join(import.meta.dirname, "../../../shared/samples");

describe.runIf(existsSync(SAMPLES))("published samples", () => {
  // panther: not the wire form; the others hold no entries.
  const files = globSync("**/*.{json,ndjson}", {
    cwd: SAMPLES,
    exclude: (path) => /panther|actions|schemas|429|error_codes|details_changed/.test(String(path)),
  });

  it.each(files)("%s comes through the view, line by line", async (file) => {
    const texts = parseExport(readFileSync(join(SAMPLES, file))).map(({ text }) => text);
    expect(texts).not.toEqual([]);
    const lake = await openLakeOfLines(texts);

    const { rows } = await lake.query(
      "SELECT id, date_create, action, actor_id, ip_address, session_id, line FROM audit_logs",
    );

    expect(rows).toEqual(
      texts.map((text) => {
        const { id = null, date_create = null, action = null, ...entry } = JSON.parse(text);
        const { ip_address = null, session_id = null } = entry.context ?? {};
        const actorId = entry.actor?.user?.id ?? null;
        return [id, date_create, action, actorId, ip_address, session_id && `${session_id}`, text];
      }),
    );
    // All columns, which parses all fields.
    expect((await lake.query("SELECT * FROM audit_logs")).rows).toHaveLength(texts.length);
  });
});

describe("auditLogsView", () => {
  it("is a view as Athena keeps one in Glue", () => {
    const view = auditLogsView("slack_audit_lake");

    expect(view).toMatchObject({
      name: "audit_logs",
      tableType: "VIRTUAL_VIEW",
      parameters: { presto_view: "true", comment: "Presto View" },
    });
    const [, encoded = ""] =
      /^\/\* Presto View: (\S+) \*\/$/.exec(view.viewOriginalText ?? "") ?? [];
    expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toEqual({
      originalSql: AUDIT_LOGS_SQL,
      catalog: "awsdatacatalog",
      schema: "slack_audit_lake",
      columns: AUDIT_LOGS_COLUMNS.map(({ name, type }) => ({ name, type })),
      runAsInvoker: true,
    });
  });

  it("names each column's type in Hive's words too, which have neither JSON nor time zones", () => {
    const { columns } = auditLogsView("slack_audit_lake").storageDescriptor;

    expect(columns.map(({ name }) => name)).toEqual(AUDIT_LOGS_COLUMNS.map(({ name }) => name));
    expect(new Set(columns.map(({ type }) => type))).toEqual(
      new Set(["string", "bigint", "int", "timestamp"]),
    );
  });
});
