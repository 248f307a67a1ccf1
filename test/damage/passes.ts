/** Damage that `verify` does not find, and why: docs/operate/integrity.md says the same. */
export interface Passing {
  files: RegExp;
  damages: RegExp;
  why: string;
  /** Found with `--public-key`. */
  isFoundByKey?: true;
}

const ANY = /./;

export const PASSES: readonly Passing[] = [
  {
    files: /^signatures\//,
    damages: /^(?:delete|empty|truncate|cut|append|flip|swap|replace by a (?:pipe|link|circle))/,
    why: "only the public key tells what a signature must be",
    isFoundByKey: true,
  },
  {
    files: /^audit_logs\/source=\w+\/dt=2026-03-05\//,
    damages: /^delete$/,
    why: "its day is not sealed, so that nothing says which objects it has",
  },
  {
    files: /^audit_logs\/source=grid\/dt=2026-03-03\/hour=09\/1772529100-/,
    damages: /^delete$/,
    why: "it came after the seal, and no manifest has it yet",
  },
  {
    files: /^audit_logs\//,
    damages: /^flip at 0 %$|^(?:rename|copy) to another source$/,
    why: "its day is not sealed, and its lines are those of its name",
  },
  {
    files: /^quarantine\//,
    damages: /^copy to another (?:source|day)$/,
    why: "its day is not sealed, and its lines are those of its name",
  },
  {
    files: /^compact\/.*\/entries\.\w+$/,
    damages: /^delete$/,
    why: "the lines serve the day again",
  },
  {
    files: /^alerts\//,
    damages: ANY,
    why: "the log of alerts is made from entries, and is not sealed",
  },
  {
    files: /^closing\//,
    damages: ANY,
    why: "notes of a seal at work; what counts of them is in the manifest",
  },
  {
    files: /^checkpoints\.sqlite$/,
    damages: ANY,
    why: "the state of the writers; of a damaged head, verify says so",
  },
  { files: /^\.locks\//, damages: ANY, why: "locks of processes; they hold nothing" },
];
