import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addBackfillCommand } from "./commands/backfill.ts";
import { addCatCommand } from "./commands/cat.ts";
import { addColumnsCommand } from "./commands/columns.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDetectCommand } from "./commands/detect.ts";
import { addImportCommand } from "./commands/import.ts";
import { addIngestCommand } from "./commands/ingest.ts";
import { addQueryCommand } from "./commands/query.ts";
import { addSealCommand } from "./commands/seal.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addTokenCommand } from "./commands/token.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { reportError, toErrorLine } from "./errors.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";

const program = new Command("audit-lake")
  .description("Slack Enterprise Grid audit logs in an archive of your own.")
  .version(packageJson.version)
  .configureOutput({ outputError: (text, write) => write(toErrorLine(text)) })
  .exitOverride()
  .addHelpText("after", EXIT_CODES_HELP);

addIngestCommand(program);
addBackfillCommand(program);
addImportCommand(program);
addQueryCommand(program);
addStatusCommand(program);
addTokenCommand(program);
addCatCommand(program);
addDetectCommand(program);
addSealCommand(program);
addVerifyCommand(program);
addColumnsCommand(program);
addDemoCommand(program);

// `| head` has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
