import { claimsKey, liveWriter } from "../../lib/archive/writer.ts";
import type { RoleCall } from "../../lib/aws/role-simulation.ts";
import type { DeployedSource } from "../../lib/stack/outputs.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import { describeAcceptedToken } from "../output/accepted-token.ts";
import type { Finding } from "../output/findings.ts";
import { formatSeconds, formatTime } from "../output/format.ts";
import { toSealingStatus } from "../output/sealing-status.ts";
import { toSourceProgress } from "../output/source-status.ts";
import { TokenCheckError, tryToken } from "../run/try-token.ts";
import type { Deployment } from "./deployment.ts";

/** A run may be late by an interval or two; this is the default of the alarm. */
const LAG_MAX_SECONDS = 1800;
const LAG_INTERVALS = 3;
/** Yesterday is sealed last night at the earliest, when it was old enough. */
const SEAL_AGE_MAX_DAYS = 3;

/** Runs refresh a token that is good for less than six hours. */
const REFRESHED_SECONDS = 5 * 3600;
const REFRESH =
  'set "tokenRotation: true" for the source and deploy, or authorize the app again ("audit-lake token authorize"); docs/operate/token.md';

/** What a check comes to; its subject and name are put around it. */
export type Outcome = Omit<Finding, "subject" | "check">;
export type Check = () => Promise<Outcome>;

/** The checks of a source, in the order in which one depends on the other. */
export function examineSource(
  deployment: Deployment,
  source: DeployedSource,
  nowSeconds: number,
): [name: string, Check][] {
  return [
    ["token", () => checkToken(deployment, source, nowSeconds)],
    ["permissions", () => checkPermissions(deployment, source)],
    ["schedule", () => checkSchedule(deployment, source)],
    ["lag", () => checkLag(deployment, source, nowSeconds)],
    ["last seal", () => checkSeal(deployment, source, nowSeconds)],
  ];
}

async function checkToken(
  deployment: Deployment,
  source: DeployedSource,
  nowSeconds: number,
): Promise<Outcome> {
  const secret = deployment.tokenSecret(source);
  const set = `audit-lake token set --stack ${deployment.stack.name} --source ${source.name}`;
  if (!(await secret.status()).isSet) {
    return { result: "fail", found: "not set", todo: `store one with "${set}"` };
  }
  const stored = await secret.read();
  if (stored === undefined || stored.token === "") {
    return { result: "fail", found: "the secret holds no token", todo: `store one with "${set}"` };
  }
  const { token, rotation } = stored;
  const expiresAt = rotation === undefined ? undefined : Math.floor(rotation.expiresAtMs / 1000);
  if (expiresAt !== undefined && expiresAt <= nowSeconds) {
    return {
      result: "fail",
      found: `expired at ${formatTime(expiresAt)}, and no run has refreshed it`,
      todo: REFRESH,
    };
  }
  try {
    const newest = await tryToken(token, source.slackApi);
    const found = `Slack ${describeAcceptedToken(newest)}`;
    return expiresAt === undefined || expiresAt - nowSeconds > REFRESHED_SECONDS
      ? { result: "ok", found }
      : {
          result: "warn",
          found: `${found}; it expires at ${formatTime(expiresAt)}, and no run has refreshed it`,
          todo: REFRESH,
        };
  } catch (error) {
    if (!(error instanceof TokenCheckError)) throw error;
    return error.isRefused
      ? { result: "fail", found: error.message, todo: `then store the new token: "${set}"` }
      : {
          result: "warn",
          found: error.message,
          todo: "from here; the functions have their own way to Slack",
        };
  }
}

async function checkPermissions(deployment: Deployment, source: DeployedSource): Promise<Outcome> {
  const calls = callsOfRuns(deployment, source);
  const refused = await deployment.findRefused(source, calls);
  if (refused.length === 0) return { result: "ok", found: "its runs may do what they must" };
  return {
    result: "fail",
    found: `its runs may not ${refused.map(({ action }) => action).join(", ")}`,
    todo: 'look at the role, its permissions boundary and the policies of the organization; "npx cdk deploy" puts the role\'s own back',
  };
}

/** What each run does. */
function callsOfRuns(
  { stack: { archiveBucket, checkpointTable, region } }: Deployment,
  { name, tokenSecret }: DeployedSource,
): RoleCall[] {
  const [, partition, , , account] = tokenSecret.split(":");
  const bucket = `arn:${partition}:s3:::${archiveBucket}`;
  const prefix = `audit_logs/source=${name}/`;
  const table = `arn:${partition}:dynamodb:${region}:${account}:table/${checkpointTable}`;
  return [
    { action: "secretsmanager:GetSecretValue", resource: tokenSecret },
    {
      ...{ action: "s3:PutObject", resource: `${bucket}/${prefix}dt=2026-01-01/x` },
      context: { "s3:if-none-match": "*" },
    },
    { action: "s3:GetObject", resource: `${bucket}/${prefix}dt=2026-01-01/x` },
    {
      action: "s3:ListBucket",
      resource: bucket,
      context: { "s3:prefix": `${prefix}dt=2026-01-01/` },
    },
    ...[liveWriter(name), claimsKey(name)].map((key) => ({
      ...{ action: "dynamodb:UpdateItem", resource: table },
      context: { "dynamodb:LeadingKeys": key },
    })),
  ];
}

async function checkSchedule(
  deployment: Deployment,
  { functionName, intervalSeconds, sealingMachine }: DeployedSource,
): Promise<Outcome> {
  if (intervalSeconds === undefined) {
    return {
      ...{ result: "warn", found: "none: the source is not enabled" },
      todo: 'set "enabled: true" in the configuration and deploy, if it is to run',
    };
  }
  const schedules = await deployment.schedules();
  const wanted = [
    { starts: "runs", suffix: `:function:${functionName}` },
    ...(sealingMachine === undefined ? [] : [{ starts: "sealing", suffix: sealingMachine }]),
  ];
  const missing = wanted.filter(
    ({ suffix }) =>
      !schedules.some(({ isEnabled, target }) => isEnabled && target.endsWith(suffix)),
  );
  if (missing.length > 0) {
    return {
      result: "fail",
      found: `no enabled schedule starts ${missing.map(({ starts }) => starts).join(" or ")}`,
      todo: 'enable it in EventBridge Scheduler, or put it back with "npx cdk deploy"; docs/runbook.md#no-runs',
    };
  }
  return { result: "ok", found: `enabled, every ${formatSeconds(intervalSeconds)}` };
}

async function checkLag(
  { checkpoints }: Deployment,
  { name, intervalSeconds }: DeployedSource,
  nowSeconds: number,
): Promise<Outcome> {
  const writers = await checkpoints.writers(name);
  const { lagSeconds } = toSourceProgress(name, writers, [], nowSeconds);
  if (lagSeconds === null) {
    return {
      ...{ result: intervalSeconds === undefined ? "warn" : "fail", found: "no run yet" },
      todo: "a first run needs the token, its permissions and the schedule; then see docs/runbook.md#no-runs",
    };
  }
  const max = Math.max(LAG_MAX_SECONDS, LAG_INTERVALS * (intervalSeconds ?? 0));
  const found = `${formatSeconds(lagSeconds)} behind`;
  if (lagSeconds <= max) return { result: "ok", found };
  return {
    ...{ result: intervalSeconds === undefined ? "warn" : "fail", found },
    todo: "see docs/runbook.md#ingestion-lag",
  };
}

async function checkSeal(
  { checkpoints }: Deployment,
  { name, sealingMachine }: DeployedSource,
  nowSeconds: number,
): Promise<Outcome> {
  if (sealingMachine === undefined) {
    return {
      ...{ result: "warn", found: "days are not sealed" },
      todo: 'set "closing.enabled: true" in the configuration and deploy, if they are to be',
    };
  }
  const writers = await checkpoints.writers(name);
  const { head } = toSealingStatus(name, writers);
  const start = toSourceProgress(name, writers, [], nowSeconds).start ?? nowSeconds;
  const since = head === null ? start : startOfDay(head.day);
  const days = Math.floor((startOfDay(dayOf(nowSeconds)) - since) / SECONDS_PER_DAY);
  const found = head === null ? "no day yet" : `${head.day}`;
  if (days <= SEAL_AGE_MAX_DAYS) return { result: "ok", found };
  return { result: "fail", found, todo: "see docs/runbook.md#days-unsealed" };
}
