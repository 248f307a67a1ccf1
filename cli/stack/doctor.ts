import packageJson from "../../package.json" with { type: "json" };
import type { Finding } from "../output/findings.ts";
import { isAccessDenied } from "./aws-problem.ts";
import { Deployment } from "./deployment.ts";
import { type Check, examineSource, type Outcome } from "./doctor-source.ts";

/** What `doctor --json` prints. */
export interface Examination {
  stack: string;
  region: string;
  /** Whether no check failed. */
  ok: boolean;
  checks: Finding[];
}

/**
 * Check a deployed stack, reading only.
 *
 * @throws {DeployedStackError} when there is no such stack
 */
export async function examineStack(stackName: string, nowSeconds: number): Promise<Examination> {
  const deployment = await Deployment.find(stackName);
  const { name: stack, region, sources } = deployment.stack;
  const checks = [
    await runCheck("stack", "deployment", () => checkDeployment(deployment)),
    await runCheck("stack", "version", async () => checkVersion(deployment)),
    await runCheck("stack", "alarms", () => checkAlarms(deployment)),
  ];
  for (const source of sources) {
    for (const [check, run] of examineSource(deployment, source, nowSeconds)) {
      checks.push(await runCheck(source.name, check, run));
    }
  }
  return { stack, region, ok: checks.every(({ result }) => result !== "fail"), checks };
}

/** A check that the caller may not make is skipped: doctor needs fewer rights than what it examines. */
async function runCheck(subject: string, check: string, run: Check): Promise<Finding> {
  try {
    return { subject, check, ...(await run()) };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return {
      ...{ subject, check, result: "skip", found: `not allowed: ${error.message}` },
      todo: "set AWS_PROFILE to a role that may do this, to have it checked",
    };
  }
}

async function checkDeployment(deployment: Deployment): Promise<Outcome> {
  const status = await deployment.status();
  if (status.endsWith("_IN_PROGRESS")) {
    return { result: "warn", found: status, todo: "wait until the deployment is over" };
  }
  return /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)
    ? { result: "ok", found: status }
    : {
        ...{ result: "fail", found: status },
        todo: "the last deployment failed: see the stack's events, and deploy again",
      };
}

function checkVersion({ stack: { version } }: Deployment): Outcome {
  const own = packageJson.version;
  if (version === own) return { result: "ok", found: `${version}, as this command` };
  return {
    result: "warn",
    found: `${version ?? "older than the versions that tell"}; this command is ${own}`,
    todo: 'deploy with this version ("npx cdk deploy"), or use the command of the stack\'s',
  };
}

async function checkAlarms(deployment: Deployment): Promise<Outcome> {
  const { count, active } = await deployment.alarms();
  if (active.length === 0) return { result: "ok", found: `none of ${count} active` };
  return {
    result: "fail",
    found: `${active.length} of ${count} active: ${active.map(({ name }) => name).join(", ")}`,
    todo: active.map(({ description }) => description).join(" "),
  };
}
