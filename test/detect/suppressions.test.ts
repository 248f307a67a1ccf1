import { describe, expect, it } from "vitest";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import type { RuleOverrides } from "../../lib/detect/configure.ts";
import { correlate } from "../../lib/detect/correlate.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { exampleEntry, exampleSeries } from "../../lib/detect/example-entry.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import {
  parseSuppressions,
  type Suppression,
  SuppressionError,
  Suppressions,
} from "../../lib/detect/suppressions.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";

const DECISION = { reason: "Our own bot", owner: "sec@example.com", expires: "2027-01-01" };
const TIME = exampleEntry("user_login").date_create; // 2025-12-19

const KEY = toObjectKey({
  source: "grid",
  minDateCreate: TIME,
  maxDateCreate: TIME,
  hash: "0123456789abcdef",
});

function alertsOf(
  suppressions: readonly Suppression[],
  ...entries: AuditLogEntry[]
): Promise<Alert[]> {
  return alertsWith({}, suppressions, ...entries);
}

async function alertsWith(
  overrides: RuleOverrides,
  suppressions: readonly Suppression[],
  ...entries: AuditLogEntry[]
): Promise<Alert[]> {
  const detector = new Detector({
    ...{ rules: DETECTIONS, overrides },
    suppressions: new Suppressions(suppressions),
    context: NO_CONTEXT,
    periodSeconds: 3600,
  });
  const { alerts, stretches } = detector.detect(
    KEY,
    entries.map((entry) => Buffer.from(JSON.stringify(entry))),
  );
  const store = new MemoryCorrelationStore();
  return [...alerts, ...(await correlate(stretches, store, detector.settings, 0))];
}

function toBeTold(alerts: readonly Alert[]): string[] {
  return alerts.flatMap(({ ruleId, suppression }) => (suppression === undefined ? ruleId : []));
}

function failedLogin(email = "ada@example.com"): AuditLogEntry {
  const entry = structuredClone(exampleEntry("user_login_failed"));
  return { ...entry, actor: { type: "user", user: { id: "U0ADMIN001", email } } } as AuditLogEntry;
}

const disabled = (ipAddress?: string) =>
  exampleEntry("intune_disabled", ipAddress === undefined ? {} : { ipAddress });

describe("a suppression", () => {
  it("marks the alert, with why and by whom", async () => {
    const rule = "intune-disabled";
    const alerts = await alertsOf([{ rule, actor: "U0ADMIN001", ...DECISION }], disabled());
    expect(alerts).toEqual([expect.objectContaining({ ruleId: rule, suppression: DECISION })]);
  });

  it.each<[string, Partial<Suppression>, boolean]>([
    ["the actor's id", { actor: "U0ADMIN001" }, true],
    ["the actor's address of e-mail", { actor: "ada@example.com" }, true],
    ["a pattern", { actor: "*@EXAMPLE.com" }, true],
    ["another actor", { actor: "ada@example" }, false],
    ["a dot that is no wildcard", { actor: "ada@example_com" }, false],
    ["what it was done to", { entity: "E0EXAMPLE1" }, true],
    ["something else", { entity: "E0" }, false],
    ["the address", { address: "192.0.2.10" }, true],
    ["a range", { address: "192.0.2.0/28" }, true],
    ["another range", { address: "192.0.2.16/28" }, false],
    ["the address as IPv6", { address: "::ffff:192.0.2.10" }, true],
    ["all parts", { actor: "U0ADMIN001", entity: "*", address: "192.0.2.0/24" }, true],
    ["one part that does not fit", { actor: "U0ADMIN001", address: "198.51.100.0/24" }, false],
    ["the source", { actor: "*", source: "grid" }, true],
    ["another source", { actor: "*", source: "gov" }, false],
    ["another rule", { rule: "admin-granted", actor: "*" }, false],
    ["spaces around a value", { rule: " intune-disabled", actor: " U0ADMIN001\n" }, true],
    ["text before and after", { actor: "*@*" }, true],
    ["parts in order", { actor: "a*@*.com" }, true],
    ["parts in another order", { actor: "*.com*@*" }, false],
    ["parts that would overlap", { actor: "ada@example*example.com" }, false],
    ["a character that stands for itself", { actor: "ada?example.com" }, false],
  ])("fits by %s: %j → %s", async (_, parts, isSuppressed) => {
    const suppression = { rule: "intune-disabled", ...DECISION, ...parts };
    const told = toBeTold(await alertsOf(parseSuppressions([suppression]), disabled()));
    expect(told).toEqual(isSuppressed ? [] : ["intune-disabled"]);
  });

  it("fits no name that an attacker may choose", async () => {
    const entry = disabled();
    const named = structuredClone(entry) as typeof entry & { actor: { user: { name: string } } };
    named.actor.user.name = "backup-bot";
    const suppression = { rule: "intune-disabled", actor: "backup-bot", ...DECISION };
    expect(toBeTold(await alertsOf([suppression], named))).toEqual(["intune-disabled"]);
  });

  it.each<[string, Partial<Suppression>, boolean]>([
    ["U*", { actor: "U*" }, false],
    ["unknown", { actor: "unknown" }, false],
    ["anything", { actor: "*" }, true],
    ["an entity like that", { entity: "u*n" }, false],
    ["any entity", { entity: "*" }, true],
  ])("fits an entry that names nobody and nothing only by *: %s", async (_, parts, isHeld) => {
    const { actor: _actor, entity: _entity, ...nameless } = disabled();
    const suppression = { rule: "intune-disabled", ...DECISION, ...parts };
    const told = toBeTold(await alertsOf([suppression], nameless as AuditLogEntry));
    expect(told).toEqual(isHeld ? [] : ["intune-disabled"]);
  });

  it("with many stars answers at once about a long text", async () => {
    const pattern = `${"*a".repeat(50)}b`;
    const suppression = { rule: "many-failed-logins", actor: pattern, ...DECISION };
    const series = exampleSeries(10, () => failedLogin("a".repeat(30_000)));
    expect(toBeTold(await alertsOf([suppression], ...series))).toEqual(["many-failed-logins"]);
  });

  it("that is there twice counts once, until the later day", async () => {
    const early = { rule: "intune-disabled", actor: "*", ...DECISION, expires: "2025-01-01" };
    const late = { ...early, reason: "renewed", expires: "2027-01-01" };
    for (const list of [
      [early, late],
      [late, early],
    ]) {
      expect(toBeTold(await alertsOf(list, disabled()))).toEqual([]);
    }
    const told = toBeTold(await alertsOf([early, { ...early }], disabled()));
    expect(told).toEqual(["intune-disabled", "suppression-expired"]);
  });

  it("hides no entry of the same alert that it does not fit", async () => {
    const suppression = { rule: "intune-disabled", address: "192.0.2.0/24", ...DECISION };
    const alerts = await alertsOf([suppression], disabled(), disabled("198.51.100.1"));
    expect(alerts.map((alert) => [alert.entry.ipAddress, alert.suppression?.owner])).toEqual([
      ["192.0.2.10", "sec@example.com"],
      ["198.51.100.1", undefined],
    ]);
  });

  const failures = exampleSeries(10, () => exampleEntry("user_login_failed"));

  it.each([["U0ADMIN001"], ["ada@example.com"]])(
    "fits the subject of a rule about several entries: %s",
    async (actor) => {
      const suppression = { rule: "many-failed-logins", actor, ...DECISION };
      expect(toBeTold(await alertsOf([suppression], ...failures))).toEqual([]);
      const other = { ...suppression, actor: "U0OTHER" };
      expect(toBeTold(await alertsOf([other], ...failures))).toEqual(["many-failed-logins"]);
    },
  );

  it.each<[string, number[], string[]]>([
    ["all entries", [10], []],
    ["all but the last", [10, -1], ["many-failed-logins"]],
    ["all but the first", [-1, 10], ["many-failed-logins"]],
    ["some of each", [5, -5], ["many-failed-logins"]],
  ])(
    "by an address of e-mail holds entries that have it, and no others: %s",
    async (_, counts, told) => {
      const entries = counts.flatMap((count) =>
        Array.from({ length: Math.abs(count) }, () =>
          failedLogin(count > 0 ? "ada@bots.example.com" : "ada@example.com"),
        ),
      );
      const series = exampleSeries(entries.length, (index) => entries[index] as AuditLogEntry);
      const suppression = {
        rule: "many-failed-logins",
        actor: "*@bots.example.com",
        ...DECISION,
      };
      expect(toBeTold(await alertsOf([suppression], ...series))).toEqual(told);
      expect(toBeTold(await alertsOf([suppression], ...series.toReversed()))).toEqual(told);
    },
  );

  it.each(["10m", "25m", "7h"] as const)(
    "that has expired holds nothing of a burst after it, in a window of %s",
    async (within) => {
      const midnight = Date.UTC(2025, 11, 20) / 1000;
      const burst = (from: number) =>
        Array.from({ length: 10 }, (_, i) => ({
          ...failedLogin(),
          ...{ id: `${from}-${i}`, date_create: from + i },
        }));
      const suppression = {
        ...{ rule: "many-failed-logins", actor: "U0ADMIN001", ...DECISION },
        expires: "2025-12-20",
      };
      const alerts = (entries: AuditLogEntry[]) =>
        alertsWith({ "many-failed-logins": { within } }, [suppression], ...entries);
      const before = burst(midnight - 300);
      const after = burst(midnight + 60);
      expect(toBeTold(await alerts(before))).toEqual([]);
      expect(toBeTold(await alerts([...before, ...after]))).toEqual([
        "suppression-expired",
        "many-failed-logins",
      ]);
    },
  );
});

describe("parseSuppressions", () => {
  const good = { rule: "admin-granted", actor: "U1", ...DECISION };
  const { expires: _, ...endless } = good;

  it("takes a list", () => {
    expect(parseSuppressions([])).toEqual([]);
    expect(parseSuppressions([good])).toEqual([good]);
  });

  it.each<[string, unknown, string]>([
    ["no list", {}, "suppressions: must be a list: [ { rule, …, expires } ]"],
    ["text", ["x"], "must be an object { rule, reason, owner, expires, … }"],
    ["null", [null], "must be an object { rule, reason, owner, expires, … }"],
    ["no expiry", [endless], "expires is missing"],
    ["no day", [{ ...good, expires: "soon" }], "expires must be a day of the calendar"],
    ["no such day", [{ ...good, expires: "2026-02-30" }], "expires must be a day of the calendar"],
    ["an empty reason", [{ ...good, reason: " " }], "reason must not be empty"],
    ["a number", [{ ...good, owner: 7 }], "owner must be a text"],
    ["an unknown key", [{ ...good, until: "2026-01-01" }], 'unknown key "until"; allowed: rule,'],
    ["an unknown rule", [{ ...good, rule: "x" }], 'no rule is called "x"; docs/reference'],
    ["no part", [{ ...good, actor: undefined }], "name an actor, an entity or an address;"],
    ["no address", [{ ...good, address: "10.0.0" }], "address must be an address or a range"],
    ["a long prefix", [{ ...good, address: "10.0.0.0/33" }], "address must be an address or"],
    [
      "a part that a rule about several entries does not have",
      [{ ...good, rule: "many-failed-logins", address: "192.0.2.1" }],
      "the alerts of many-failed-logins are each about one actor; name that instead of the address",
    ],
  ])("refuses %s", (_case, value, message) => {
    const place = Array.isArray(value) ? "suppression 1 of 1: " : "";
    expect(() => parseSuppressions(value)).toThrow(SuppressionError);
    expect(() => parseSuppressions(value)).toThrow(place + message);
  });

  it("names the place of the first that is wrong", () => {
    expect(() => parseSuppressions([good, { ...good, owner: "" }, {}])).toThrow(
      "suppression 2 of 3: owner must not be empty",
    );
  });
});
