import { describe, expect, it } from "vitest";
import { Organization } from "../../fake-slack/organization.ts";
import { consumeObject } from "../../lib/detect/consume-object.ts";
import { CORRELATIONS } from "../../lib/detect/correlations/index.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { SeenNames } from "../../lib/detect/seen-names.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { MemoryAlertLedger } from "../fakes/memory-alert-ledger.ts";
import type { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";
import { MemorySeenNamesStore } from "../fakes/memory-seen-names-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { archiveOf } from "./archive-of.ts";

const MONDAY = Date.UTC(2026, 2, 2) / 1000;
const NEXT_MONDAY = MONDAY + 7 * SECONDS_PER_DAY;
const SETTINGS = { rules: DETECTIONS, context: NO_CONTEXT, periodSeconds: 3600 };

const stories = new Organization().stories(MONDAY, NEXT_MONDAY - 1);
const correlationIds = CORRELATIONS.map(({ id }) => id);

async function backtest(archive: MemoryArchiveStore): Promise<{ id: string; ruleId: string }[]> {
  const alerts: { id: string; ruleId: string }[] = [];
  await detectArchive(archive, SETTINGS, { onAlert: (alert) => alerts.push(alert) });
  return alerts;
}

describe("the stories of the made-up organization", () => {
  it("are found by these rules about several entries", async () => {
    const found = new Map<string, string[]>();
    for (const { name, entries } of stories) {
      const alerts = await backtest(await archiveOf(entries));
      const ids = alerts.map(({ ruleId }) => ruleId).filter((id) => correlationIds.includes(id));
      if (ids.length > 0) found.set(name, ids.sort());
    }
    expect(Object.fromEntries(found)).toEqual({
      guessed_password: ["login-after-failures", "many-failed-logins"],
      guest_downloads: ["many-files-downloaded"],
      security_settings_changed: ["many-protections-changed"],
      session_stolen: ["many-channels-read"],
      sessions_reset: ["many-sessions-reset"],
    });
  });

  it("give the same alerts live, the newest object first and each twice, as in a backtest", async () => {
    const archive = await archiveOf(stories.flatMap(({ entries }) => entries));
    const published: string[] = [];
    const ports = {
      archive,
      detector: new Detector(SETTINGS),
      correlations: new MemoryCorrelationStore(),
      ledger: new MemoryAlertLedger(),
      sink: {
        publish: async ({ attributes }: { attributes: Record<string, unknown> }) => {
          published.push(String(attributes.alertId));
        },
      },
      vocabulary: new SeenNames(new MemorySeenNamesStore()),
      clock: new VirtualClock(NEXT_MONDAY * 1000),
    };
    const keys = [...archive.objects.keys()].sort().reverse();
    for (const [index, key] of [...keys, ...keys].entries()) {
      const settings = { maxEntryAgeSeconds: 14 * SECONDS_PER_DAY, owner: `attempt-${index}` };
      await consumeObject({ key, createdAt: NEXT_MONDAY * 1000 }, ports, settings);
    }
    const expected = (await backtest(archive)).map(({ id }) => id);
    expect(expected.length).toBeGreaterThan(30);
    expect(published.sort()).toEqual(expected.sort());
  });
});
