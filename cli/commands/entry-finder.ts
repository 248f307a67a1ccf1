import { existsSync } from "node:fs";
import { join } from "node:path";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import type { EntryFinder } from "../../lib/detect/ports.ts";
import { describeMissingDependency } from "../optional-dependency.ts";

/**
 * What finds entries for the rules in the days of an archive that are in columns.
 *
 * @returns nothing when there are none, or DuckDB is not installed: the lines say the same
 */
export async function entryFinderOf(archive: string): Promise<EntryFinder | undefined> {
  if (!existsSync(join(archive, PREFIXES.compact))) return undefined;
  try {
    // DuckDB is optional, and slow to load.
    const { ParquetEntryFinder } = await import("../../lib/local/parquet-entry-finder.ts");
    return new ParquetEntryFinder(archive);
  } catch (error) {
    if (describeMissingDependency(error, "detect") !== undefined) return undefined;
    throw error;
  }
}
