import { describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import type { RuleOverrides } from "../../lib/detect/configure.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { NO_CONTEXT, type Rule, type Severity } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { intuneDisabled } from "../../lib/detect/rules/intune-disabled.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

const HOUR = 3600;

async function archiveOf(objects: { source?: string; entries: WireEntry[] }[]) {
  const store = new MemoryArchiveStore();
  for (const { source = "grid", entries } of objects) {
    const { key, body } = await encodeObject(
      source,
      entries.map(({ id = "", dateCreate, text }) => ({
        id,
        dateCreate,
        bytes: Buffer.from(text),
      })),
    );
    await store.put(key, body);
  }
  return store;
}

function disabled(dateCreate: number, actorId = "U1"): WireEntry {
  return makeEntry({ action: "intune_disabled", dateCreate, actor: { id: actorId } });
}

async function detect(
  store: MemoryArchiveStore,
  {
    rules = RULES,
    periodSeconds = HOUR,
    ...selection
  }: {
    rules?: readonly Rule[];
    periodSeconds?: number;
    source?: string;
    from?: number;
    until?: number;
  } = {},
) {
  const alerts: Alert[] = [];
  const findings = await detectArchive(
    store,
    { rules, context: NO_CONTEXT, periodSeconds },
    { ...selection, onAlert: (alert) => alerts.push(alert) },
  );
  const said = findings.rules
    .filter(({ matches, failures }) => matches + failures > 0)
    .map(({ rule, matches, alerts, failures }) => ({ id: rule.id, matches, alerts, failures }));
  return { findings, said, alerts };
}

describe("detectArchive", () => {
  it("counts matches and the alerts they would have been, rules that say nothing too", async () => {
    const store = await archiveOf([
      { entries: [makeEntry(), disabled(MONDAY_MORNING), disabled(MONDAY_MORNING + 60)] },
      { entries: [disabled(MONDAY_MORNING + 120), disabled(MONDAY_MORNING + 120, "U2")] },
    ]);
    const { findings, said } = await detect(store);
    expect(findings).toMatchObject({ objects: 2, entries: 5, unreadable: 0 });
    expect(findings.rules.map(({ rule }) => rule)).toEqual(RULES);
    expect(said).toEqual([{ id: "intune-disabled", matches: 4, alerts: 2, failures: 0 }]);
  });

  it("agrees with live detection on a period that spans hours", async () => {
    const store = await archiveOf(
      Array.from({ length: 48 }, (_, i) => ({ entries: [disabled(MONDAY_MORNING + i * HOUR)] })),
    );
    const day = await detect(store, { periodSeconds: 24 * HOUR });
    expect(day.said).toEqual([{ id: "intune-disabled", matches: 48, alerts: 3, failures: 0 }]);
    expect(day.alerts.map(({ period }) => period.start)).toEqual([
      "2026-03-02T00:00:00Z",
      "2026-03-03T00:00:00Z",
      "2026-03-04T00:00:00Z",
    ]);
  });

  it("does not take two sources for one", async () => {
    const store = await archiveOf([
      { source: "one", entries: [disabled(MONDAY_MORNING)] },
      { source: "two", entries: [disabled(MONDAY_MORNING)] },
    ]);
    expect((await detect(store)).alerts.map(({ source }) => source)).toEqual(["one", "two"]);
  });

  it("reads one source alone when it is named", async () => {
    const store = await archiveOf([
      { source: "one", entries: [disabled(MONDAY_MORNING)] },
      { source: "two", entries: [disabled(MONDAY_MORNING)] },
    ]);
    const { findings, alerts } = await detect(store, { source: "two" });
    expect(findings).toMatchObject({ objects: 1, entries: 1 });
    expect(alerts.map(({ source }) => source)).toEqual(["two"]);
  });

  it("skips entries before from, within an object too, and does not read older objects", async () => {
    const store = await archiveOf([
      { entries: [disabled(MONDAY_MORNING - HOUR)] },
      { entries: [disabled(MONDAY_MORNING), disabled(MONDAY_MORNING + 60, "U2")] },
    ]);
    const { findings, alerts } = await detect(store, { from: MONDAY_MORNING + 60 });
    expect(findings).toMatchObject({ objects: 1, entries: 1 });
    expect(alerts.map(({ entry }) => entry.actorId)).toEqual(["U2"]);
  });

  it("skips entries from until on, within an object too, and does not read newer objects", async () => {
    const store = await archiveOf([
      { entries: [disabled(MONDAY_MORNING), disabled(MONDAY_MORNING + 60, "U2")] },
      { entries: [disabled(MONDAY_MORNING + HOUR)] },
    ]);
    const { findings, alerts } = await detect(store, { until: MONDAY_MORNING + 60 });
    expect(findings).toMatchObject({ objects: 1, entries: 1 });
    expect(alerts.map(({ entry }) => entry.actorId)).toEqual(["U1"]);
  });

  it("looks at severities and says them as the configuration of each source gives them", async () => {
    const store = await archiveOf([
      { source: "one", entries: [disabled(MONDAY_MORNING)] },
      { source: "two", entries: [disabled(MONDAY_MORNING)] },
    ]);
    const rules = RULES.filter(({ id }) => ["intune-disabled", "admin-granted"].includes(id));
    const severitiesWith = async (
      override: RuleOverrides[string],
      least: Severity,
      source?: string,
    ) => {
      const raised: string[] = [];
      const { rules: counts } = await detectArchive(
        store,
        {
          ...{ rules, context: NO_CONTEXT, periodSeconds: HOUR, leastSeverity: least },
          overrides: { "intune-disabled": override, "admin-granted": "info" },
        },
        {
          ...(source === undefined ? {} : { source }),
          onAlert: (alert) => raised.push(`${alert.source} ${alert.severity}`),
        },
      );
      return { raised, rules: counts.map(({ rule }) => `${rule.id} ${rule.severity}`) };
    };
    const inOne = { sources: { one: "critical" } } as const;

    expect(await severitiesWith("low", "medium")).toEqual({ raised: [], rules: [] });
    expect(await severitiesWith("low", "low")).toEqual({
      raised: ["one low", "two low"],
      rules: ["intune-disabled low"],
    });
    expect(await severitiesWith({ severity: "low", ...inOne }, "high")).toEqual({
      raised: ["one critical"],
      rules: ["intune-disabled critical"],
    });
    expect(await severitiesWith({ severity: "low", ...inOne }, "info", "two")).toEqual({
      raised: ["two low"],
      rules: ["admin-granted info", "intune-disabled low"],
    });
  });

  it("counts lines that are no entry and rules that throw, and goes on", async () => {
    const broken: Rule = {
      ...intuneDisabled,
      id: "broken",
      matches: () => {
        throw new Error("bug");
      },
    };
    const bad = { ...makeEntry(), text: "{}" };
    const store = await archiveOf([{ entries: [disabled(MONDAY_MORNING), bad] }]);
    const { findings, said } = await detect(store, { rules: [broken, intuneDisabled] });
    expect(findings.unreadable).toBe(1);
    expect(said).toEqual([
      { id: "broken", matches: 0, alerts: 0, failures: 1 },
      { id: "intune-disabled", matches: 1, alerts: 1, failures: 0 },
    ]);
  });

  it("fails on a damaged object, naming it", async () => {
    const store = await archiveOf([{ entries: [disabled(MONDAY_MORNING)] }]);
    const [key = ""] = store.objects.keys();
    store.objects.set(key, Buffer.from("not gzip"));
    await expect(detect(store)).rejects.toThrow(key);
  });
});
