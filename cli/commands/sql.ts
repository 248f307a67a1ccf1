import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { systemClock } from "../../lib/slack/clock.ts";
import { ALERTS_VIEW } from "../../lib/sql/alerts-view.ts";
import { ARCHIVE_HOURS_VIEW } from "../../lib/sql/archive-hours-view.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_VIEW } from "../../lib/sql/audit-logs-view.ts";
import { OCSF_VIEW } from "../../lib/sql/ocsf-view.ts";
import type { RowStream } from "../../lib/sql/query-result.ts";
import type { SavedQuery } from "../../lib/sql/saved-queries.ts";
import { type Statement, splitStatements } from "../../lib/sql/split-statements.ts";
import { LINES_TABLE } from "../../lib/sql/table.ts";
import { nowSeconds } from "../../lib/time.ts";
import { describeFileProblem, reportError, UsageError } from "../errors.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { noteOutside } from "../options/archived-days.ts";
import { addQueriesOption, savedQueries, toStatement } from "../options/query-selection.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { type ResultHead, renderResult, tableRowsMax, takeHead } from "../output/result-table.ts";
import { renderStatusLines } from "../output/status-lines.ts";
import { terminalWidth } from "../output/terminal-width.ts";
import { abortOnInterrupt, InterruptedError } from "../run/interrupt.ts";

/** Lines that are kept from one time to the next. */
const HISTORY_LINES = 1000;

const PROMPT = "sql> ";
const CONTINUED = "...> ";

const HELP = renderStatusLines([
  ["SELECT ...;", "run SQL, up to the semicolon"],
  ["NAME", "run a saved query"],
  [".queries", "list the saved queries"],
  [".help", "show this"],
  [".quit", "leave, as exit and Ctrl-D do; Ctrl-C stops a query"],
]);

/** Where statements run. */
type Read = (sql: string, signal: AbortSignal) => Promise<ResultHead>;

interface SqlOptions {
  archive: string;
  stack?: string;
  file?: string;
  queries?: string;
}

export function defineSqlCommand(command: Command): void {
  addQueriesOption(addArchiveOption(command))
    .description(
      "Ask the archive in SQL, one question after another. Reads statements, each up to its semicolon, from the terminal, from --file or from standard input; names of saved queries are statements, too.",
    )
    .addOption(stackOption("ask the archive of the deployed stack, in Athena"))
    .option("--file <file>", "run the statements of this file")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake sql
  audit-lake sql --file questions.sql
  echo "SELECT count(*) FROM audit_logs;" | audit-lake sql
  audit-lake sql --stack
${STACK_HELP}`,
    )
    .action(async (options: SqlOptions) => {
      const queries = savedQueries(options.queries);
      const script = await readScript(options);
      const work = (read: Read) =>
        script === undefined ? converse(read, options, queries) : runScript(read, options, script);
      if (options.stack !== undefined) {
        const { openDeployed } = await import("../stack/athena-query.ts");
        const read = await openDeployed(options.stack);
        await work((sql, signal) => read(sql, takeTable, signal));
        return;
      }
      await checkReadable(options.archive);
      const { openLake } = await import("../../lib/local/lake-database.ts");
      using lake = await openLake(options.archive);
      await work((sql, signal) => lake.read(sql, takeTable, signal));
    });
}

function takeTable(rows: RowStream): Promise<ResultHead> {
  return takeHead(rows, tableRowsMax());
}

/** @returns nothing when statements are typed */
async function readScript({ file }: SqlOptions): Promise<string | undefined> {
  if (file === undefined) return process.stdin.isTTY ? undefined : await text(process.stdin);
  return readFile(file, "utf8").catch((cause) => {
    throw new UsageError(`cannot read --file ${file}: ${describeFileProblem(cause)}`, { cause });
  });
}

async function runScript(read: Read, options: SqlOptions, script: string): Promise<void> {
  const signal = abortOnInterrupt("Stopping the query");
  const { statements, rest } = splitStatements(script);
  if (rest !== undefined) statements.push(rest);
  if (statements.length === 0) {
    const place = options.file === undefined ? "on standard input" : `in --file ${options.file}`;
    throw new UsageError(`there is no statement ${place}`);
  }
  for (const statement of statements) {
    await answer(read, options, statement, signal);
  }
}

async function answer(
  read: Read,
  { archive, stack, queries }: SqlOptions,
  { text, line }: Statement,
  signal: AbortSignal,
): Promise<void> {
  const selection = queries === undefined ? {} : { queries };
  const { sql, saved } = toStatement(text, selection, nowSeconds(systemClock));
  if (saved !== undefined) {
    console.error(saved.reads);
    if (stack === undefined) await noteOutside(saved.period, archive, undefined);
  }
  // An error then names the line of the whole text.
  const placed = saved === undefined ? "\n".repeat(line - 1) + sql : sql;
  console.log(renderResult(await read(placed, signal), terminalWidth()));
}

async function converse(
  read: Read,
  options: SqlOptions,
  queries: ReadonlyMap<string, SavedQuery>,
): Promise<void> {
  const history = await readHistory();
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    history,
    historySize: HISTORY_LINES,
    completer: completerOf(queries),
  });
  let typed = "";
  let running: AbortController | undefined;
  const prompt = () => {
    terminal.setPrompt(typed === "" ? PROMPT : CONTINUED);
    terminal.prompt();
  };
  terminal.on("history", (lines) => {
    history.splice(0, history.length, ...lines);
  });
  terminal.on("SIGINT", () => {
    if (running !== undefined) running.abort(new InterruptedError("interrupted"));
    else {
      if (typed === "" && terminal.line === "") console.log("\nCtrl-D or .quit leaves.");
      else console.log();
      typed = "";
      prompt();
    }
  });
  console.log(`Statements end with a semicolon. ".help" shows what else there is.`);
  prompt();
  for await (const line of terminal) {
    const word = line.trim();
    if (word === ".quit" || (typed === "" && /^(?:\.?exit|quit);?$/i.test(word))) break;
    if (typed === "" && word.startsWith(".")) {
      console.log(describeDotCommand(word, queries));
    } else {
      const isName = typed === "" && queries.has(word);
      const { statements, rest } = splitStatements(isName ? `${word};` : `${typed}${line}\n`);
      typed = rest === undefined ? "" : `${rest.text}\n`;
      for (const statement of statements) {
        running = new AbortController();
        await answer(read, options, statement, running.signal).catch((error) => {
          reportError(error, "sql");
        });
        running = undefined;
      }
    }
    prompt();
  }
  terminal.close();
  console.log();
  await writeHistory(history);
}

function describeDotCommand(line: string, queries: ReadonlyMap<string, SavedQuery>): string {
  if (line === ".queries") {
    return renderStatusLines([...queries.values()].map(({ name, title }) => [name, title]));
  }
  return line === ".help" ? HELP : `There is no ${line}.\n${HELP}`;
}

/** Completes names of columns, tables and saved queries. */
export function completerOf(queries: ReadonlyMap<string, SavedQuery>) {
  const words = [
    ...AUDIT_LOGS_COLUMNS.map(({ name }) => name),
    ...[AUDIT_LOGS_VIEW, ARCHIVE_HOURS_VIEW, ALERTS_VIEW, OCSF_VIEW, LINES_TABLE],
    ...queries.keys(),
    ...[".queries", ".help", ".quit"],
  ];
  return (line: string): [string[], string] => {
    const word = /[\w.-]*$/.exec(line)?.[0] ?? "";
    return [words.filter((known) => known.startsWith(word)), word];
  };
}

function historyPath(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), ".local", "state");
  return join(state, "audit-lake", "sql-history");
}

/** @returns lines, the newest first, as readline has them */
async function readHistory(): Promise<string[]> {
  const lines = await readFile(historyPath(), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return lines.split("\n").filter(Boolean).reverse();
}

/** For the user alone: whoever asks about a person names them. */
async function writeHistory(lines: readonly string[]): Promise<void> {
  const path = historyPath();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, [...lines].reverse().join("\n"), { mode: 0o600 });
  await chmod(path, 0o600);
}
