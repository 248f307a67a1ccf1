import type { Damage } from "../../lib/seal/damage.ts";
import type { VerifyReport } from "../../lib/seal/verify-report.ts";
import { showControls } from "./controls.ts";
import { formatBytes, formatCount, formatCounted, limitList } from "./format.ts";
import { renderStatusLines, type StatusLine } from "./status-lines.ts";

/** One line. */
export function describeDamage({ kind, key, problem }: Damage): string {
  return `${kind.replaceAll("_", " ").toUpperCase()}  ${showControls(`${key}: ${problem}`)}`;
}

/**
 * What was checked, and the result.
 *
 * @param hasCheckpoint - of the seal, which knows the newest manifest
 */
export function describeVerified(report: VerifyReport, hasCheckpoint: boolean): string {
  const { head, damages, unreconciled, unsealed, days, objects, entries, bytes } = report;
  return renderStatusLines([
    ["source", report.source],
    [
      "checked",
      `${formatCounted(days, "day")}, ${formatCounted(objects, "object")}, ${formatCounted(entries, "entry", "entries")}, ${formatBytes(bytes)}`,
    ],
    [
      "chain",
      `${formatCounted(report.manifests, "manifest")}, ${formatCounted(report.signatures, "signature")} checked`,
    ],
    ["head", head === null ? "none" : `${head.sha256} (${head.day}, number ${head.sequence})`],
    ...(head === null || hasCheckpoint ? [] : [NO_CHECKPOINT]),
    ["not reconciled", listSome(unreconciled)],
    ["not sealed", listSome(unsealed)],
    ...listUnsealedObjects(report),
    ...listAddenda(report),
    ...listDifferences(report),
    ...listForeign(report),
    ["damaged", damages.length === 0 ? "nothing" : formatCount(damages.length)],
  ]);
}

const NO_CHECKPOINT: StatusLine = [
  "checkpoint",
  "none: only a head that you noted tells whether the newest days are missing",
];

/** Shown only where there is one: an archive whose days were sealed once has none. */
function listAddenda({ addenda }: VerifyReport): StatusLine[] {
  const days = addenda.map(
    ({ day, objects }) => `${day} (${formatCounted(objects, "object")}, run seal)`,
  );
  return days.length === 0 ? [] : [["not sealed yet", listSome(days)]];
}

/** Only their names say what they are to hold. */
function listUnsealedObjects({ unsealedObjects: count }: VerifyReport): StatusLine[] {
  return count === 0
    ? []
    : [["by their names", `${formatCounted(count, "object")} of days that are not sealed`]];
}

function listDifferences(report: VerifyReport): StatusLine[] {
  const { onlyInArchive, twice, differs, altered } = report;
  const lines: [count: number, ...StatusLine][] = [
    [
      onlyInArchive,
      "archive only",
      `${formatCounted(onlyInArchive, "line")} that Slack did not list at their time: ${listSome(report.onlyInArchiveIds)}`,
    ],
    [
      twice,
      "twice",
      `${formatCounted(twice, "line")} with the id of another: ${listSome(report.twiceIds)}`,
    ],
    [
      differs,
      "differs",
      `${formatCounted(differs, "text")} from what Slack listed: ${listSome(report.differsIds)}`,
    ],
    [altered.length, "altered", `before the seal: ${listSome(altered)}`],
  ];
  return lines.filter(([count]) => count > 0).map(([, name, value]) => [name, value]);
}

/** Not ours, and nothing reads them: whoever looks after the archive should know whose they are. */
function listForeign({ foreign }: VerifyReport): StatusLine[] {
  return foreign.length === 0 ? [] : [["unknown", `before the seal: ${listSome(foreign)}`]];
}

/** Shown of each list; `--json` has them all. */
const LISTED_MAX = 10;

function listSome(items: readonly string[]): string {
  if (items.length === 0) return "none";
  return limitList(items, LISTED_MAX).join(", ");
}

/** Why there is nothing to verify. */
export function describeNothing(
  reports: readonly VerifyReport[],
  { from, to }: { from: string | undefined; to: string | undefined },
  source: string | undefined,
  archive: string,
): string {
  const heads = reports.flatMap(({ head }) => head ?? []);
  const period =
    from === undefined
      ? ` until ${to}`
      : to === undefined
        ? ` since ${from}`
        : ` from ${from} to ${to}`;
  const which = heads.length === 0 || (from ?? to) === undefined ? "" : period;
  const whose = source === undefined ? "" : ` of "${source}"`;
  const last = heads
    .map(({ day }) => day)
    .sort()
    .at(-1);
  const todo =
    last === undefined
      ? 'seal days with "audit-lake seal"'
      : `the newest manifest is of ${last}, and "audit-lake status" lists the sealed days`;
  return `nothing to verify: no day${whose}${which} is sealed in ${archive}; ${todo}`;
}
