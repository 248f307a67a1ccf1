/**
 * What is wrong with the archive of a sealed day.
 *
 * - `object_missing`, `object_changed`, `object_added`: against the day's newest manifest
 * - `object_dropped`: an earlier manifest of the day has it, and the newest has not
 * - `manifest_missing`: a later manifest, a signature or the note of an addendum names it
 * - `manifest_changed`: it is not what it was when the next one was sealed
 * - `manifest_unreadable`: damaged, or the manifest of another day
 * - `chain_broken`: two manifests claim the same place in the chain
 * - `signature_missing`, `signature_wrong`: of a manifest, where a public key was given
 * - `addendum_changed`: the note of an addendum does not name the manifest that it adds to
 * - `addendum_missing`: a later manifest of the day was sealed without a note
 * - `columns_changed`: they do not say what the lines of their day say
 * - `path_unknown`: no name that this archive gives, and no manifest has it as foreign; nothing reads it
 * - `head_missing`: no manifest has the hash that was remembered, by whom verifies or in the
 *   checkpoint: history was rewritten, or lost
 */
export type DamageKind =
  | "object_missing"
  | "object_changed"
  | "object_added"
  | "object_dropped"
  | "manifest_missing"
  | "manifest_changed"
  | "manifest_unreadable"
  | "chain_broken"
  | "signature_missing"
  | "signature_wrong"
  | "addendum_changed"
  | "addendum_missing"
  | "columns_changed"
  | "path_unknown"
  | "head_missing";

export interface Damage {
  kind: DamageKind;
  /** The object that it is about; of a head that is missing, the newest manifest. */
  key: string;
  problem: string;
}

/** Told of each damage as it is found. */
export type ReportDamage = (kind: DamageKind, key: string, problem: string) => void;
