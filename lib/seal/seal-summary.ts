import { manifestKey } from "../archive/sealed-day.ts";
import type { Sealing } from "../ports.ts";
import { foreignIn, hashOf, isReconciled, type Manifest } from "./manifest.ts";

/**
 * Why a seal ended.
 *
 * - `sealed`: the day has its manifest, or one more after an addendum
 * - `already_sealed`: it had one before; nothing was done
 * - `not_settled`: something may still write to the day; see `reason`
 * - `out_of_time`, `throttled`, `interrupted`: the next run goes on from here
 * - `lease_held`: another seal is at work on this source; nothing was done
 * - `lease_lost`: this process stood still for so long that another took over
 */
export type SealOutcome =
  | "sealed"
  | "already_sealed"
  | "not_settled"
  | "out_of_time"
  | "throttled"
  | "interrupted"
  | "lease_held"
  | "lease_lost"
  | "failed";

export interface SealSummary {
  source: string;
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  outcome: SealOutcome;
  /** Pages that this run listed. */
  pages: number;
  /** The day's newest manifest, once there is one. */
  manifest?: ManifestSummary;
  /** The newest manifest of the chain, whichever day's it is, once there is one. */
  head?: Sealing["head"];
  /** Key of the day's manifest that the chain knows and that is gone: the day is sealed anew. */
  lostManifest?: string | undefined;
  /** Why the day is not settled. */
  reason?: string;
  /** Epoch milliseconds before which Slack asked not to be called. */
  notBefore?: number;
  error?: { name: string; code: string; message: string };
}

interface ManifestSummary {
  key: string;
  sha256: string;
  sequence: number;
  revision: number;
  objects: number;
  listed: number;
  archived: number;
  late: number;
  onlyInArchive: number;
  twice: number;
  differs: number;
  /** Objects that were changed between storing and sealing. */
  altered: number;
  /** Files in the day's folders that are not named as objects are. */
  foreign: number;
  isReconciled: boolean;
  lateness: Record<string, number>;
}

export function summarize(manifest: Manifest, bytes: Uint8Array): ManifestSummary {
  const { source, day, revision, sequence, listed, archived, late, twice, differs } = manifest;
  const objects = manifest.hours.flatMap((hour) => hour.objects);
  const quarantine = manifest.hours.flatMap((hour) => hour.quarantine);
  return {
    key: manifestKey(source, day, revision),
    sha256: hashOf(bytes),
    ...{ sequence, revision },
    objects: objects.length,
    ...{ listed, archived, late },
    onlyInArchive: manifest.only_in_archive,
    ...{ twice, differs },
    altered: [...objects, ...quarantine].filter(({ altered }) => altered).length,
    foreign: foreignIn(manifest).length,
    isReconciled: isReconciled(manifest),
    lateness: manifest.lateness,
  };
}
