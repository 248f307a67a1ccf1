import type { Command } from "commander";
import { systemClock } from "../../lib/slack/clock.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { nowSeconds } from "../../lib/time.ts";
import { EXIT } from "../exit-codes.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { toJsonLine } from "../output/controls.ts";
import { describeFindings } from "../output/findings.ts";

interface DoctorOptions {
  stack: string;
  json?: true;
}

export function defineDoctorCommand(command: Command): void {
  command
    .description(
      [
        "Check a deployed stack: deployment, version and alarms; and of each source its token (with one small call to Slack), the permissions of its runs, its schedule, its lag and its last seal. It changes nothing.",
        "Each check is ok, warn, fail or skip, with what to do. A check that your role may not make is skipped. The token is read only if your role may read the secret, and is never shown.",
      ].join("\n\n"),
    )
    .addOption(stackOption("the deployed stack").default(DEFAULT_STACK_NAME))
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Exits with 1 when a check fails.

Examples:
  audit-lake doctor
  audit-lake doctor --stack SlackAuditLake --json | jq '.checks[] | select(.result == "fail")'
${STACK_HELP}`,
    )
    .action(async ({ stack, json }: DoctorOptions) => {
      const { examineStack } = await import("../stack/doctor.ts");
      const examination = await examineStack(stack, nowSeconds(systemClock));
      console.log(json ? toJsonLine(examination) : describeFindings(examination.checks));
      if (!examination.ok) process.exitCode = EXIT.failed;
    });
}
