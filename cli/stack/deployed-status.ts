import { sealedDays } from "../../lib/archive/sealed-day.ts";
import type { ActiveAlarm } from "../../lib/aws/active-alarms.ts";
import { type BackfillProgress, backfillProgress } from "../../lib/backfill/progress.ts";
import type { DeployedSource } from "../../lib/stack/outputs.ts";
import { describeBackfill } from "../output/backfill-status.ts";
import { formatCount, formatCounted, formatSeconds } from "../output/format.ts";
import { describeSealing, type SealingStatus, toSealingStatus } from "../output/sealing-status.ts";
import {
  describeSourceProgress,
  formatMs,
  liveOf,
  type SourceProgress,
  toSourceProgress,
} from "../output/source-status.ts";
import { renderStatusLines } from "../output/status-lines.ts";
import { isAccessDenied } from "./aws-problem.ts";
import { Deployment } from "./deployment.ts";

/** What `status --stack --json` prints. */
interface DeployedStatus {
  stack: string;
  region: string;
  /** `ringing` is the former name of `active`. */
  alarms: { count: number; active: ActiveAlarm[]; ringing: ActiveAlarm[] };
  sources: DeployedSourceStatus[];
}

interface DeployedSourceStatus extends SourceProgress, SealingStatus {
  /** Null when no run is scheduled. */
  intervalSeconds: number | null;
  /** Of the checkpoint; null when the source never ran. */
  lastWriteMs: number | null;
  /** Null when there never was one. */
  backfill: BackfillProgress | null;
  /** Running executions: of the backfill, and of sealing. */
  executions: { name: string; startedAtMs: number }[];
  token: { isSet: boolean; changedAtMs: number | null };
}

/**
 * @param only - the one source to read; all when it is absent
 * @throws {DeployedStackError} when there is no such stack
 * @throws {UsageError} when the stack has no such source
 */
export async function readDeployedStatus(
  stackName: string,
  only: string | undefined,
  nowSeconds: number,
): Promise<DeployedStatus> {
  const deployment = await Deployment.find(stackName);
  const { name, region } = deployment.stack;
  const sources = only === undefined ? deployment.stack.sources : [deployment.source(only)];
  const { checkpoints } = deployment;
  const [alarms, statuses] = await Promise.all([
    deployment.alarms(),
    Promise.all(
      sources.map(async (source) => {
        const [writers, claims, token, executions, days] = await Promise.all([
          checkpoints.writers(source.name),
          checkpoints.claims(source.name),
          deployment.tokenSecret(source).status(),
          findExecutions(deployment, source),
          findSealedDays(deployment, source),
        ]);
        const live = liveOf(writers);
        return {
          ...toSourceProgress(source.name, writers, claims, nowSeconds),
          ...toSealingStatus(source.name, writers, days),
          backfill: backfillProgress(writers, nowSeconds * 1000) ?? null,
          intervalSeconds: source.intervalSeconds ?? null,
          lastWriteMs: live?.updatedAt ?? null,
          executions,
          token,
        };
      }),
    ),
  ]);
  return {
    stack: name,
    region,
    alarms: { ...alarms, ringing: alarms.active },
    sources: statuses,
  };
}

/** @returns nothing when the caller may not list the bucket: whoever watches the runs need not */
async function findSealedDays(
  { archive }: Deployment,
  { name }: DeployedSource,
): Promise<string[] | undefined> {
  return sealedDays(archive, name).catch((error) => {
    if (isAccessDenied(error)) return undefined;
    throw error;
  });
}

async function findExecutions(
  deployment: Deployment,
  { name, backfillMachine }: DeployedSource,
): Promise<DeployedSourceStatus["executions"]> {
  const [backfills, seals] = await Promise.all([
    backfillMachine === undefined ? [] : deployment.backfill(name).running(),
    deployment.sealing(name)?.running() ?? [],
  ]);
  return [
    ...backfills.map(({ name, startedAtMs }) => ({ name, startedAtMs })),
    // The scheduler gives them meaningless names.
    ...seals.map(({ startedAtMs }) => ({ name: "seal", startedAtMs })),
  ];
}

export function describeDeployedStatus({ stack, region, alarms, sources }: DeployedStatus): string {
  const { count, active } = alarms;
  const summary =
    active.length === 0
      ? `none of ${formatCount(count)} active`
      : `${formatCount(active.length)} of ${formatCount(count)} active`;
  return [
    renderStatusLines([
      ["stack", `${stack}, ${region}`],
      ["alarms", summary],
      ...active.map((alarm) => ["", describeAlarm(alarm)] as const),
      ["sources", formatCounted(sources.length, "source")],
    ]),
    ...sources.map(describeSource),
  ].join("\n\n");
}

function describeAlarm({ name, description, sinceMs }: ActiveAlarm): string {
  return `${name}${sinceMs === null ? "" : `, since ${formatMs(sinceMs)}`}: ${description}`;
}

function describeSource(status: DeployedSourceStatus): string {
  const { source, token, intervalSeconds, lastWriteMs } = status;
  return renderStatusLines([
    ["source", source],
    ["token", describeToken(token)],
    [
      "runs",
      intervalSeconds === null ? "none: not enabled" : `every ${formatSeconds(intervalSeconds)}`,
    ],
    ...describeSourceProgress(status, "no run yet"),
    ["last write", lastWriteMs === null ? "-" : formatMs(lastWriteMs)],
    ...describeSealing(status),
    ...(status.backfill === null ? [] : describeBackfill(status.backfill)),
    ...status.executions.map(
      ({ name, startedAtMs }) => ["running", `${name}, since ${formatMs(startedAtMs)}`] as const,
    ),
  ]);
}

function describeToken({ isSet, changedAtMs }: DeployedSourceStatus["token"]): string {
  if (!isSet) return 'not set: store one with "audit-lake token set"';
  return changedAtMs === null ? "set" : `set, last changed ${formatMs(changedAtMs)}`;
}
