import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { warnDeprecated } from "./deprecation.ts";
import { toErrorLine } from "./errors.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";

interface CommandEntry {
  name: string;
  summary: string;
  /** The command's options and its work: imported when the command is called. */
  load(): Promise<(command: Command) => void>;
  /** Its name in the release before, which still works. */
  formerName?: string;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: "ingest",
    summary: "bring the archive up to date with Slack",
    load: async () => (await import("./commands/ingest.ts")).defineIngestCommand,
  },
  {
    name: "backfill",
    summary: "archive older entries",
    load: async () => (await import("./commands/backfill.ts")).defineBackfillCommand,
  },
  {
    name: "import",
    summary: "store entries from files",
    load: async () => (await import("./commands/import.ts")).defineImportCommand,
  },
  {
    name: "query",
    summary: "query the archive with SQL or a saved query",
    load: async () => (await import("./commands/query.ts")).defineQueryCommand,
  },
  {
    name: "sql",
    summary: "ask the archive in SQL, one question after another",
    load: async () => (await import("./commands/sql.ts")).defineSqlCommand,
  },
  {
    name: "status",
    summary: "show how far the archive is complete",
    load: async () => (await import("./commands/status.ts")).defineStatusCommand,
  },
  {
    name: "doctor",
    summary: "check a deployed stack",
    load: async () => (await import("./commands/doctor.ts")).defineDoctorCommand,
  },
  {
    name: "token",
    summary: "store the Slack token of a deployed source, or get one",
    load: async () => (await import("./commands/token.ts")).defineTokenCommand,
  },
  {
    name: "cat",
    summary: "print stored entries as Slack sent them",
    load: async () => (await import("./commands/cat.ts")).defineCatCommand,
  },
  {
    name: "ocsf",
    summary: "print stored entries as events of OCSF, for SIEMs",
    load: async () => (await import("./commands/ocsf.ts")).defineOcsfCommand,
  },
  {
    name: "detect",
    summary: "count the alerts that each rule would have raised",
    load: async () => (await import("./commands/detect.ts")).defineDetectCommand,
  },
  {
    name: "watch",
    summary: "send alerts about what is new to Slack, PagerDuty, Jira and others",
    load: async () => (await import("./commands/watch.ts")).defineWatchCommand,
  },
  {
    name: "report",
    summary: "write a page about the archive: complete? what went wrong? what left?",
    load: async () => (await import("./commands/report.ts")).defineReportCommand,
  },
  {
    name: "seal",
    summary: "reconcile a day with Slack, and seal it",
    load: async () => (await import("./commands/seal.ts")).defineSealCommand,
    formerName: "close-day",
  },
  {
    name: "verify",
    summary: "check sealed days against their manifests",
    load: async () => (await import("./commands/verify.ts")).defineVerifyCommand,
  },
  {
    name: "columns",
    summary: "write sealed days as columns, for long queries",
    load: async () => (await import("./commands/columns.ts")).defineColumnsCommand,
    formerName: "compact",
  },
  {
    name: "demo",
    summary: "try everything on a made-up organization",
    load: async () => (await import("./commands/demo.ts")).defineDemoCommand,
  },
  {
    name: "completion",
    summary: "complete words at Tab, in bash, zsh or fish",
    load: async () => (await import("./commands/completion.ts")).defineCompletionCommand,
  },
];

/**
 * The command line, with the code of only those commands whose names are among
 * the arguments: `--version` and `--help` load none.
 *
 * @param args - those after the name of the program
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("audit-lake")
    .description("Slack audit logs in an archive of your own.")
    .version(packageJson.version)
    .configureOutput({ outputError: (text, write) => write(toErrorLine(text)) })
    .exitOverride()
    .addHelpText("after", EXIT_CODES_HELP);
  for (const { name, summary, load, formerName } of COMMANDS) {
    const command = program.command(name).summary(summary).description(summary);
    if (args.includes(name)) (await load())(command);
    if (formerName !== undefined && args.includes(formerName)) {
      const former = program.command(formerName, { hidden: true });
      (await load())(former);
      former.hook("preAction", () => warnDeprecated(formerName, name));
    }
  }
  if (args[0] === "complete") await (await import("./commands/completion.ts")).addComplete(program);
  return program;
}
