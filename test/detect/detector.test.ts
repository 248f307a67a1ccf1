import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { EXAMPLE_ENTITIES, exampleContext, exampleEntry } from "../../lib/detect/example-entry.ts";
import { NO_CONTEXT, type Rule } from "../../lib/detect/rule.ts";
import { adminGranted } from "../../lib/detect/rules/admin-granted.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

const TEN_O_CLOCK = Date.UTC(2026, 0, 5, 10) / 1000;
const KEY = toObjectKey({
  source: "grid",
  minDateCreate: TEN_O_CLOCK,
  maxDateCreate: TEN_O_CLOCK + 3599,
  hash: "0123456789abcdef",
});

function detector(rules: readonly Rule[] = RULES, periodSeconds = 3600): Detector {
  return new Detector({ rules, context: NO_CONTEXT, periodSeconds });
}

function lines(...entries: unknown[]): Uint8Array[] {
  return entries.map((entry) =>
    Buffer.from(typeof entry === "string" ? entry : JSON.stringify(entry)),
  );
}

function grant(userId: string, atSeconds: number, id = `id-${userId}-${atSeconds}`): AuditLogEntry {
  const entity = { type: "user", user: { id: userId, name: userId } };
  const entry = exampleEntry("role_change_to_admin", { entity });
  return { ...entry, id, date_create: TEN_O_CLOCK + atSeconds };
}

describe("Detector", () => {
  it("makes an alert of an entry that a rule matches, and none of the others", () => {
    const boring = { ...exampleEntry("user_login"), date_create: TEN_O_CLOCK };
    const findings = detector().detect(KEY, lines(boring, grant("U1", 60)));
    expect(findings).toMatchObject({ entries: 2, matches: 1, unreadable: [] });
    expect(findings.alerts).toEqual([
      expect.objectContaining({
        ruleId: "admin-granted",
        title: '"Ada Moe" (ada@example.com) made user "U1" an admin in "Example"',
        severity: "high",
        source: "grid",
        objectKey: KEY,
        period: { start: "2026-01-05T10:00:00Z", end: "2026-01-05T11:00:00Z" },
        entries: 1,
      }),
    ]);
  });

  it("makes one alert of the entries with one dedupe key in one period, describing the first", () => {
    const { alerts, matches } = detector().detect(
      KEY,
      lines(grant("U1", 10, "first"), grant("U2", 20), grant("U1", 30, "second")),
    );
    expect(matches).toBe(3);
    expect(alerts.map(({ entry, entries }) => [entry.id, entries])).toEqual([
      ["first", 2],
      ["id-U2-20", 1],
    ]);
  });

  it("makes an alert in each period", () => {
    const { alerts } = detector(RULES, 600).detect(KEY, lines(grant("U1", 599), grant("U1", 600)));
    expect(alerts.map(({ period }) => period.start)).toEqual([
      "2026-01-05T10:00:00Z",
      "2026-01-05T10:10:00Z",
    ]);
  });

  it("gives the same ids for the same object again", () => {
    const object = lines(grant("U1", 10), grant("U2", 20));
    const ids = () =>
      detector()
        .detect(KEY, object)
        .alerts.map(({ id }) => id);
    expect(ids()).toEqual(ids());
  });

  it("lets every rule speak of an entry that several match", () => {
    const entry = exampleEntry("app_installed", {
      entity: { type: "app", app: { id: "A1", name: "Lake", scopes: ["admin"] } },
    });
    const { alerts } = detector().detect(KEY, lines(entry));
    expect(alerts.map(({ ruleId }) => ruleId)).toEqual([
      "app-admin-scope-granted",
      "app-installed",
    ]);
  });

  it.each([
    ["cut", '{"id":"1","date_cre', "not JSON"],
    ["empty", "", "not JSON"],
    ["null", "null", "not an object with an id"],
    ["a number", "7", "not an object with an id"],
    ["an array", "[]", "not an object with an id"],
    ["without an id", '{"date_create":1}', "not an object with an id"],
    ["without a time", '{"id":"1"}', "its date_create is not an integer"],
  ])("goes on after a line that is %s", (_, broken, problem) => {
    const findings = detector().detect(KEY, lines(grant("U1", 1), broken, grant("U2", 2)));
    expect(findings.alerts).toHaveLength(2);
    expect(findings.entries).toBe(2);
    expect(findings.unreadable).toEqual([{ line: 2, problem }]);
  });

  it("counts entries that no rule asks for, without the ones outside the time", () => {
    const others = [1, 2, 3].map(
      (id) => `{"id":"${id}","date_create":${id},"action":"nobody_asks"}`,
    );
    const all = detector([adminGranted]).detect(KEY, lines(...others));
    const some = detector([adminGranted]).detect(KEY, lines(...others), { from: 2, until: 3 });
    expect([all.entries, some.entries]).toEqual([3, 1]);
    expect([...all.unreadable, ...all.alerts]).toEqual([]);
  });

  it("leaves out a rule for which nothing is known of addresses", () => {
    const rule: Rule = { ...adminGranted, needs: "addresses" };
    const informed = new Detector({
      rules: [rule],
      context: exampleContext(),
      periodSeconds: 3600,
    });
    const found = (of: Detector) => of.detect(KEY, lines(grant("U1", 1))).alerts.length;
    expect([found(detector([rule])), found(informed)]).toEqual([0, 1]);
  });

  it.each(["matches", "alertTitle", "dedupeKey"] as const)(
    "counts a rule whose %s throws, and asks the others",
    (method) => {
      const broken: Rule = {
        ...adminGranted,
        id: "broken",
        [method]: () => {
          throw new TypeError("no such field");
        },
      };
      const findings = detector([broken, adminGranted]).detect(
        KEY,
        lines(grant("U1", 1, "first"), grant("U2", 2)),
      );
      expect(findings.alerts.map(({ ruleId }) => ruleId)).toEqual([
        "admin-granted",
        "admin-granted",
      ]);
      expect([...findings.failures]).toEqual([
        ["broken", { count: 2, entryId: "first", error: new TypeError("no such field") }],
      ]);
    },
  );

  it.each<[string, object, string]>([
    ["no title", { alertTitle: () => undefined }, "alertTitle gave undefined instead of a text"],
    [
      "a title later",
      { alertTitle: async () => "x" },
      "alertTitle gave a promise instead of a text",
    ],
    ["a number as key", { dedupeKey: () => 5 }, "dedupeKey gave 5 instead of a text"],
    [
      "an answer later",
      { matches: async () => false },
      "matches gave a promise instead of a boolean",
    ],
    ["an unknown technique", { techniques: ["T9999"] }, ""],
  ])("counts a rule that gives %s, and asks the others", (_, nonsense, message) => {
    const broken = { ...adminGranted, id: "broken", ...nonsense } as Rule;
    const findings = detector([broken, adminGranted]).detect(KEY, lines(grant("U1", 1, "first")));
    expect(findings.alerts.map(({ ruleId }) => ruleId)).toEqual(["admin-granted"]);
    expect([...findings.failures]).toEqual([
      ["broken", { count: 1, entryId: "first", error: expect.any(TypeError) }],
    ]);
    expect(String(findings.failures.get("broken")?.error)).toContain(message);
  });

  it.each(["matches", "alertTitle", "dedupeKey"] as const)(
    "leaves no rejection behind when %s answers later, which would end the process",
    async (method) => {
      const rejections: unknown[] = [];
      const note = (reason: unknown) => rejections.push(reason);
      process.on("unhandledRejection", note);
      const later = async () => {
        throw new Error("too late");
      };
      const broken = { ...adminGranted, id: "broken", [method]: later } as unknown as Rule;
      const { failures } = detector([broken]).detect(KEY, lines(grant("U1", 1)));
      await setImmediate();
      process.off("unhandledRejection", note);
      expect([failures.get("broken")?.count, rejections]).toEqual([1, []]);
    },
  );

  it("takes an empty key for one", () => {
    const one = { ...adminGranted, dedupeKey: () => "" };
    expect(detector([one]).detect(KEY, lines(grant("U1", 1), grant("U2", 2))).alerts).toHaveLength(
      1,
    );
  });

  it("takes an answer without a value for no", () => {
    const silent = { ...adminGranted, matches: () => undefined } as unknown as Rule;
    expect(detector([silent]).detect(KEY, lines(grant("U1", 1))).alerts).toEqual([]);
  });

  it.each([8_639_999_999_000, 253_402_300_800, -1, 9e15])(
    "counts an entry of the time %d as unreadable, and looks at the others",
    (time) => {
      const findings = detector().detect(
        KEY,
        lines(grant("U1", 1), { ...grant("U2", 2), date_create: time }),
      );
      expect(findings).toMatchObject({
        ...{ entries: 1, unreadable: [{ line: 2 }] },
        alerts: [{ ruleId: "admin-granted" }],
      });
      expect(findings.failures.size).toBe(0);
    },
  );

  it("shows every readable entry to its observer, matched or not", () => {
    const seen: string[] = [];
    const login = { ...exampleEntry("user_login"), id: "login" };
    detector().detect(KEY, lines(login, "broken", grant("U1", 1, "grant")), {
      onEntry: ({ id }) => seen.push(id),
    });
    expect(seen).toEqual(["login", "grant"]);
  });

  it("keeps the alerts of all entries when its observer throws on one", () => {
    const onEntry = ({ id }: AuditLogEntry) => {
      if (id === "odd") throw new RangeError("too much");
    };
    const findings = detector().detect(KEY, lines(grant("U1", 1), grant("U2", 2, "odd")), {
      onEntry,
    });
    expect(findings.alerts).toHaveLength(2);
    expect(findings.unreadable).toEqual([
      { line: 2, problem: "not examined: RangeError: too much" },
    ]);
  });

  it.each([
    ["objects", '{"a":', "}"],
    ["lists", "[", "]"],
  ])("sees what rules see of an entry with 8,000 nested %s", (_, open, close) => {
    const deep = `${open.repeat(8_000)}1${close.repeat(8_000)}`;
    const entry = JSON.stringify(exampleEntry("pref.two_factor_auth_changed")).replace(
      /,"details":.*|}$/,
      `,"details":{"new_value":${deep}}}`,
    );
    const findings = detector().detect(KEY, lines(grant("U1", 1), entry, grant("U2", 2)));
    expect(findings).toMatchObject({ entries: 3, unreadable: [] });
    expect(findings.failures.size).toBe(0);
    expect(findings.alerts).toHaveLength(3);
  });

  it("passes over entries before a given second", () => {
    const findings = detector().detect(KEY, lines(grant("U1", 9), grant("U2", 10)), {
      from: TEN_O_CLOCK + 10,
    });
    expect(findings).toMatchObject({ entries: 1, matches: 1 });
    expect(findings.alerts[0]?.entry.entityId).toBe("U2");
  });

  it("refuses a key that is not one of audit logs", () => {
    expect(() => detector().detect("quarantine/x.json.gz", [])).toThrow(RangeError);
  });

  it("keeps the line verbatim, and leaves out one that no message could carry", () => {
    const text =
      '{ "id": "1", "date_create": 1767607200, "action": "intune_disabled", "n": 9007199254740993 }';
    const long = {
      ...exampleEntry("intune_disabled", { actorUserId: "U2" }),
      x: "x".repeat(40_000),
    };
    const { alerts } = detector().detect(KEY, lines(text, long));
    expect(alerts.map(({ line }) => line)).toEqual([text, undefined]);
  });

  it("lets no name from Slack add a line or hide in a title", () => {
    const name = "x\r\nSeverity: info\u202e\u0000 y".padEnd(400, "z");
    const { alerts } = detector().detect(
      KEY,
      lines(
        exampleEntry("file_malicious_content_detected", {
          entity: { type: "file", file: { ...EXAMPLE_ENTITIES.file.file, name } },
        }),
      ),
    );
    expect(alerts[0]?.title).toMatch(/^Malware found in file "x Severity: info yz+…$/);
    expect([...(alerts[0]?.title ?? "")]).toHaveLength(200);
    expect(alerts[0]?.entry.entity).not.toMatch(/[\p{C}]/u);
  });
});
