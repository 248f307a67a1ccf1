import type { Damage } from "./damage.ts";

export interface VerifyProgress {
  /** Sealed days of the source, and those done. */
  days: number;
  daysTotal: number;
  day: string;
  objects: number;
  bytes: number;
}

export interface VerifyLimits {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: VerifyProgress) => void) | undefined;
  /** Told of each damage as it is found. */
  onDamage?: ((damage: Damage) => void) | undefined;
}

export interface VerifyReport {
  source: string;
  /** Days whose objects were checked, those objects, and what they hold. */
  days: number;
  objects: number;
  entries: number;
  /** As stored, compressed. */
  bytes: number;
  /** Manifests in the chain. */
  manifests: number;
  /** Signatures that were checked and found right. */
  signatures: number;
  /** The newest manifest: note its hash down outside the archive. Null when no day is sealed. */
  head: { day: string; sequence: number; sha256: string } | null;
  /** Checked days that were sealed although both sides did not hold the same. */
  unreconciled: string[];
  /** Lines, of checked days, that Slack did not list at their time when the day was sealed. */
  onlyInArchive: number;
  /** Lines, of checked days, whose id is in another line of their hour. */
  twice: number;
  /** Ids, of checked days, that the archive and Slack had with different texts. */
  differs: number;
  /** Of these three, the first ids that the manifests name, each up to a hundred. */
  onlyInArchiveIds: string[];
  twiceIds: string[];
  differsIds: string[];
  /** Objects of checked days that had been changed when the day was sealed. */
  altered: string[];
  /** Of all sealed days: what lay in their folders when they were sealed and is not named as an object is. */
  foreign: string[];
  /** Checked days for which entries were stored after they were sealed, which no manifest has sealed yet. */
  addenda: { day: string; objects: number }[];
  /** Days without a manifest: of the span that was asked for, else between the first sealed day and the last. */
  unsealed: string[];
  /** Objects of such days, of the span that was asked for: checked against the hashes in their names. */
  unsealedObjects: number;
  damages: Damage[];
}
