import { measureObject } from "../archive/archive-object.ts";
import { contentHashOf, PREFIXES } from "../archive/object-key.ts";
import type { ArchiveStore } from "../ports.ts";
import type { ReportData } from "./report-data.ts";

/**
 * Texts that were put aside in these days, since they are no entries. They are few, or an alarm
 * has long fired: each object is read.
 *
 * @param period - UTC days, both included
 * @throws {ArchiveObjectError} when an object is damaged
 */
export async function countQuarantined(
  store: Pick<ArchiveStore, "list" | "get">,
  sources: readonly string[],
  { from, to }: { from: string; to: string },
): Promise<ReportData["quarantined"]> {
  const counts: ReportData["quarantined"] = [];
  for (const source of sources) {
    let texts = 0;
    for await (const { key } of store.list(`${PREFIXES.quarantine}source=${source}/`)) {
      const day = /\/dt=([\d-]{10})\//.exec(key)?.[1] ?? "";
      if (day < from || day > to || contentHashOf(key) === undefined) continue;
      texts += (await measureObject(key, await store.get(key))).lines;
    }
    if (texts > 0) counts.push({ source, texts });
  }
  return counts;
}
