import { makeEntries, type WireEntry } from "../../fake-slack/entries.ts";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import { beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import type { IngestLimits, IngestPorts } from "../../lib/ingest/ingest.ts";
import { SECONDS_PER_DAY, type TimeRange } from "../../lib/time.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

export const SOURCE = "acme";
export const FORTY_DAYS_AGO = START - 40 * SECONDS_PER_DAY;

/** Forty days with a few entries each, some of them in one second, before the live runs begin. */
function pastEntries(): WireEntry[] {
  const random = new SeededRandom(1);
  return Array.from({ length: 150 }, () => {
    const dateCreate = FORTY_DAYS_AGO + random.integer(0, 40 * SECONDS_PER_DAY - 1);
    return makeEntries(random.chance(0.1) ? 9 : 1, { from: dateCreate, stepSeconds: 0 });
  }).flat();
}

/** Live runs that began after those days, and the spans that are planned for them. */
export async function startPlannedTestBed(
  entries = pastEntries(),
): Promise<{ bed: TestBed; spans: TimeRange[] }> {
  const bed = await startTestBed([...entries, ...makeEntries(12)]);
  bed.settings.pageLimit = 5;
  await bed.run();
  const { spans } = await planBackfill(bed.ports, { source: SOURCE, from: FORTY_DAYS_AGO });
  await beginBackfill(bed.ports, SOURCE, spans, "planner");
  return { bed, spans };
}

let runs = 0;

export function backfill(
  bed: TestBed,
  span: TimeRange,
  limits: Partial<IngestLimits> = {},
  ports: IngestPorts = bed.ports,
) {
  runs += 1;
  const settings = { source: SOURCE, span, owner: `backfill-${runs}`, pageLimit: 5 };
  return backfillSpan(ports, settings, { deadlineMs: Number.POSITIVE_INFINITY, ...limits });
}
