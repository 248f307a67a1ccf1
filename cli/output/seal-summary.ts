import type { SealOutcome, SealSummary } from "../../lib/seal/seal-summary.ts";
import { formatCount } from "./format.ts";
import { renderTable } from "./table.ts";

const OUTCOMES: Record<SealOutcome, string> = {
  sealed: "sealed",
  already_sealed: "sealed before",
  not_settled: "not settled",
  out_of_time: "out of time",
  throttled: "throttled by Slack",
  interrupted: "interrupted, with everything saved",
  lease_held: "another seal is running",
  lease_lost: "another seal has taken over",
  failed: "failed",
};

/** One line a day, and the head of the chain. */
export function describeSealed(summaries: readonly SealSummary[], source: string): string {
  if (summaries.length === 0) return `Every settled day of "${source}" is sealed.`;
  const count = (value: number | undefined) => (value === undefined ? "-" : formatCount(value));
  const table = renderTable(
    [
      "day",
      "outcome",
      "listed",
      "archived",
      "late",
      "archive only",
      "duplicates",
      "differs",
      "manifest",
    ],
    summaries.map(({ day, outcome, manifest }) => [
      day,
      manifest && !manifest.isReconciled
        ? `${OUTCOMES[outcome]}, NOT RECONCILED`
        : OUTCOMES[outcome],
      count(manifest?.listed),
      count(manifest?.archived),
      count(manifest?.late),
      count(manifest?.onlyInArchive),
      count(manifest?.twice),
      count(manifest?.differs),
      manifest?.sha256.slice(0, 16) ?? "-",
    ]),
    { isNumeric: [false, false, true, true, true, true, true, true, false] },
  );
  const { day, reason } = summaries.at(-1) ?? {};
  const head = summaries.findLast(({ head }) => head)?.head;
  return [
    table,
    ...(reason === undefined ? [] : [`${day} is not settled: ${reason}`]),
    ...(head == null ? [] : [`head ${head.sha256} (number ${head.sequence})`]),
  ].join("\n");
}

/** @param key - of a manifest that the chain knows and that was gone when its day was sealed */
export function describeLost(key: string): string {
  return `${key} was gone, so its day was sealed anew: find out who removed it, and keep a copy of the former one as evidence; "audit-lake verify" will name the new one as changed`;
}
