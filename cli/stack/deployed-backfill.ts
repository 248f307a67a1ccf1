import { toJsonLine } from "../output/controls.ts";
/** `backfill --stack`: starts and stops the state machine that does the work. */

import { randomUUID } from "node:crypto";
import { cancelBackfill } from "../../lib/backfill/cancel.ts";
import type { Estimate } from "../../lib/backfill/estimate.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import type { DeployedStack } from "../../lib/stack/outputs.ts";
import { dayOf, type TimeRange, toIsoSeconds } from "../../lib/time.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { confirm, requireTerminal } from "../options/confirm.ts";
import { describeCancelled, describeEstimate } from "../output/backfill-status.ts";
import { renderStatusLines } from "../output/status-lines.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { leaseOwner } from "../run/lease-owner.ts";
import { Deployment } from "./deployment.ts";

export interface DeployedBackfillOptions {
  stack: string;
  /** May be left out when the stack has one source. */
  source: string | undefined;
  /** Epoch seconds, included. */
  from: number;
  /** Epoch seconds, excluded; absent: where the first run began. */
  until?: number;
  /** Print what it would take, and start nothing. */
  estimate: boolean;
  /** Start without asking. */
  yes: boolean;
  json: boolean;
}

/** At most one execution with this name runs at a time; estimates have names of their own. */
const BACKFILL_JOB = "backfill";

/** An estimate samples some hours; its Lambda function times out after five minutes. */
const ESTIMATE_TIMEOUT_MS = 10 * 60_000;

/** The output of the state machine after an estimate. */
interface Estimated {
  plan: { spans: TimeRange[]; estimate: Estimate };
}

/** @returns the exit code */
export async function startDeployedBackfill(options: DeployedBackfillOptions): Promise<number> {
  const { stack, json } = options;
  const deployment = await Deployment.find(stack);
  const { name: source } = deployment.source(options.source);
  const executions = deployment.backfill(source);
  checkVisible(options.from, deployment.stack);
  const range = {
    from: toIsoSeconds(options.from),
    ...(options.until === undefined ? {} : { until: toIsoSeconds(options.until) }),
  };
  if (options.estimate || !options.yes) {
    if (!options.estimate) requireTerminal();
    const { plan } = (await executions.run(
      `estimate-${randomUUID()}`,
      { op: "estimate", ...range },
      { timeoutMs: ESTIMATE_TIMEOUT_MS, signal: abortOnInterrupt("Stopping") },
    )) as Estimated;
    if (!json) console.log(describeEstimate(plan.estimate, plan.spans));
    if (options.estimate) {
      if (json) {
        console.log(toJsonLine({ stack, source, left: plan.spans, estimate: plan.estimate }));
      }
      return EXIT.done;
    }
    if (plan.spans.length === 0 || !(await confirm("Begin?"))) return EXIT.done;
  }
  const execution = await executions.start(BACKFILL_JOB, { op: "plan", ...range });
  console.log(
    json
      ? toJsonLine({ stack, source, execution })
      : renderStatusLines([
          ["started", `${execution} of ${source}, in ${stack}`],
          ["progress", `audit-lake status --stack ${stack}`],
          ["to stop it", `audit-lake backfill --stack ${stack} --source ${source} --cancel`],
        ]),
  );
  return EXIT.done;
}

/** @throws {UsageError} when Athena would not see what is archived before its table begins */
function checkVisible(from: number, { name, archiveStartsOn }: DeployedStack): void {
  const day = dayOf(from);
  if (archiveStartsOn === undefined || day >= archiveStartsOn) return;
  throw new UsageError(
    `queries of the stack ${name} begin at ${archiveStartsOn} and would not see what is older: set "archiveStartsOn" to "${day}" in the configuration, deploy, and run this again; or begin with --from ${archiveStartsOn}`,
  );
}

/**
 * Stop the state machine; a function that is at work still ends normally, within minutes.
 * With a range, give up its unfinished spans instead.
 *
 * @returns the exit code
 */
export async function cancelDeployedBackfill({
  stack,
  json,
  range,
  ...options
}: Pick<DeployedBackfillOptions, "stack" | "source" | "json"> & {
  range: TimeRange | undefined;
}): Promise<number> {
  const deployment = await Deployment.find(stack);
  const { name: source } = deployment.source(options.source);
  if (range !== undefined) {
    const ports = { checkpoints: deployment.checkpoints, clock: systemClock };
    const given = await cancelBackfill(ports, source, range, leaseOwner());
    console.log(
      json ? toJsonLine({ stack, source, cancelled: given }) : describeCancelled(source, given),
    );
    return EXIT.done;
  }
  const cancelled = await deployment.backfill(source).stop(BACKFILL_JOB);
  const outcome =
    cancelled.length === 0
      ? `No backfill of ${source} is running in ${stack}.`
      : `Cancelled ${cancelled.join(", ")} of ${source}, with everything saved; start it again to continue.`;
  console.log(json ? toJsonLine({ stack, source, cancelled }) : outcome);
  return EXIT.done;
}
