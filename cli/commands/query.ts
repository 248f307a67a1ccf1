import { type Command, Option } from "commander";
import { systemClock } from "../../lib/slack/clock.ts";
import { collectRows, type RowStream } from "../../lib/sql/query-result.ts";
import type { SavedQuery } from "../../lib/sql/saved-queries.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { nowSeconds } from "../../lib/time.ts";
import { addFormerOption } from "../deprecation.ts";
import { toErrorLine, UsageError } from "../errors.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { noteOutside } from "../options/archived-days.ts";
import { addAddressOptions } from "../options/context.ts";
import {
  addQuerySelection,
  type QuerySelection,
  savedQueries,
  toStatement,
} from "../options/query-selection.ts";
import { checkSource } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { TIME_HELP } from "../options/time.ts";
import { wrapWords } from "../output/display-width.ts";
import { reportFailedLookUps } from "../output/failed-look-ups.ts";
import { formatCounted } from "../output/format.ts";
import {
  OUTPUT_FORMATS,
  printResult,
  type ReadRows,
  type ResultOutput,
} from "../output/print-result.ts";
import { QueryActivity } from "../output/query-activity.ts";
import { terminalWidth } from "../output/terminal-width.ts";
import { type AddressOptions, readAddressFiles } from "../run/detection-files.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";

/** Threads of DuckDB for results of any size: each takes 100 MB, and one keeps up with the output. */
const STREAM_THREADS = 1;

interface QueryOptions extends QuerySelection, AddressOptions {
  archive: string;
  output?: (typeof OUTPUT_FORMATS)[number];
  file?: string;
  json?: true;
  csv?: true;
  raw?: true;
  pager: boolean;
  list?: true;
  skipDamaged?: true;
}

export function defineQueryCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      [
        "Run one SELECT over the archive, or a saved query by its name. The view audit_logs has the entries as columns; the table audit_log_lines has them as Slack sent them. The view archive_hours has every hour of the sealed days: what Slack listed and what the archive held.",
        "Use SQL that both Athena and DuckDB understand. Times are UTC. Restrict the days (dt BETWEEN '2026-05-01' AND '2026-05-07') to read only those, and the organization with source = 'acme'.",
        "With files that say more of addresses, entries and results that have an ip_address get the columns country, network and is_known_network.",
        "With --stack, the query runs in Athena, in the workgroup of the deployed stack. It prints the bytes scanned, and Ctrl-C stops it.",
      ].join("\n\n"),
    )
    .argument("[select-or-name]", "a SELECT, or the name of a saved query");
  addQuerySelection(command)
    .option("--list", "list the saved queries, the period that each reads, and their parameters")
    .addOption(stackOption("query the archive of the deployed stack, in Athena"))
    .addOption(
      new Option(
        "--skip-damaged",
        "leave out objects that are damaged, and name them; otherwise they are an error",
      ).conflicts("stack"),
    )
    .addOption(
      new Option(
        "--output <format>",
        "how to print the result; a table shows the first rows, all others have every row, however many",
      )
        .choices(OUTPUT_FORMATS)
        .conflicts(["json", "csv"]),
    )
    .option("--file <file>", "write the result to this file, whole or not at all")
    .addOption(
      new Option("--json", "the same as --output json: an array of objects").conflicts("csv"),
    )
    .addOption(new Option("--csv", "the same as --output csv, with a header"))
    .option(
      "--raw",
      "not in a table: print control characters and formulas as they are, for programs that do not obey them",
    )
    .option("--no-pager", "print a long table at once; otherwise $PAGER shows it on a terminal")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake query --list
  audit-lake query logins --last 7d
  audit-lake query user-trail --set person=charlie.parker@example.com --from 2026-05-01
  audit-lake query "SELECT action, count(*) AS n FROM audit_logs GROUP BY action ORDER BY n DESC"
  audit-lake query "SELECT line FROM audit_logs WHERE ip_address = '192.0.2.17'" --json
  audit-lake query logins --from 2026-05-01 --until 2026-05-08 --source acme --stack
${STACK_HELP}`,
    )
    .action(async (text: string | undefined, options: QueryOptions) => {
      if (options.list) {
        console.log(describeSavedQueries(savedQueries(options.queries), terminalWidth()));
        return;
      }
      const output = toOutput(options);
      const { sql, saved } = toStatement(text, options, nowSeconds(systemClock));
      const writeParquet = async (rows: RowStream, path: string) =>
        (await import("../../lib/local/parquet-result.ts")).writeParquet(rows, path);
      const addresses = await readAddressFiles(options);
      if (options.stack !== undefined) {
        if (addresses !== undefined) {
          throw new UsageError(
            "--stack knows no local files: join the view address_context, which detection.addressTable keeps",
          );
        }
        const { stack } = options;
        if (saved !== undefined) console.error(saved.reads);
        const { openDeployed } = await import("../stack/athena-query.ts");
        const signal = abortOnInterrupt("Stopping the query");
        const read = await openDeployed(stack, options.source);
        const rows = await printResult((take) => read(sql, take, signal), output, writeParquet);
        if (rows === 0 && saved?.asked) noteNoMatch(saved.asked);
        return;
      }
      await checkReadable(options.archive);
      await checkSource(options.archive, options.source);
      if (saved !== undefined) console.error(saved.reads);
      const isOutside =
        saved !== undefined && (await noteOutside(saved.period, options.archive, options.source));
      const signal = abortOnInterrupt("Stopping the query");
      // DuckDB is optional, and slow to load.
      const { openLake } = await import("../../lib/local/lake-database.ts");
      const readOf = async <T>(
        statement: string,
        take: (rows: RowStream) => Promise<T>,
        writableFile?: string,
      ) => {
        using activity = new QueryActivity(options.archive, saved?.period);
        using lake = await openLake(options.archive, {
          writableFile,
          skipDamaged: options.skipDamaged,
          lookUpAddress: addresses && ((address) => addresses.of(address)),
          threadsMax: output.format === "table" ? undefined : STREAM_THREADS,
          onProgress: (progress) => activity.update(progress),
          onNotice: ({ key, problem, effect }) => {
            activity.stop();
            console.error(`audit-lake: ${EFFECTS[effect]} ${key}: ${problem}`);
          },
        });
        return await lake.read(statement, take, signal);
      };
      const read: ReadRows = (take, writableFile) => readOf(sql, take, writableFile);
      const rows = await printResult(read, output, writeParquet);
      reportFailedLookUps(addresses);
      if (rows > 0 || !saved?.asked || isOutside) return;
      const entries = await readOf(saved.entriesSql, collectRows);
      noteNoMatch(saved.asked, Number(entries.rows[0]?.[0]));
    });
  addAddressOptions(command);
  addFormerOption(command, new Option("--athena"), () => ({
    use: "--stack",
    attribute: "stack",
    value: command.getOptionValue("stack") ?? DEFAULT_STACK_NAME,
  }));
}

/**
 * Say what was asked for in vain: a slip in a value looks like an answer.
 *
 * @param asked - names and values
 * @param entries - those of the period; absent when counting them costs money
 */
function noteNoMatch(asked: string, entries?: number): void {
  const read =
    entries === undefined
      ? ""
      : `; the period has ${formatCounted(entries, "entry", "entries")}, of which none matched`;
  process.stderr.write(toErrorLine(`nothing found with ${asked}${read}`));
}

const EFFECTS = {
  from_lines: "reading the lines of the day instead of",
  left_out: "LEFT OUT",
} as const;

/** @throws {UsageError} when the options do not fit together */
function toOutput({ output, file, json, csv, raw, pager }: QueryOptions): ResultOutput {
  const format = output ?? (json ? "json" : csv ? "csv" : "table");
  if (raw && (format === "table" || format === "parquet")) {
    throw new UsageError(
      format === "table"
        ? "--raw is for --output json, ndjson or csv: a table always shows control characters"
        : "--raw is for --output json, ndjson or csv: Parquet has the values as they are",
    );
  }
  if (file !== undefined && format === "table") {
    throw new UsageError("--file needs --output json, ndjson, csv or parquet");
  }
  if (file === undefined && format === "parquet") {
    throw new UsageError("--output parquet needs --file");
  }
  return { format, file, raw, pager };
}

/** @param width - columns; without it, no line is broken */
function describeSavedQueries(
  queries: ReadonlyMap<string, SavedQuery>,
  width: number | undefined,
): string {
  return [...queries.values()]
    .map(({ name, title, question, parameters, daysBack }) => {
      const nameWidth = Math.max(...parameters.map((parameter) => parameter.name.length));
      return [
        wrapWords(`${name}: ${title}`, "", width),
        wrapWords(question, "  ", width),
        wrapWords(
          `Reads the last ${daysBack} days unless --last, --from or --until says otherwise.`,
          "  ",
          width,
        ),
        ...parameters.map((parameter) => {
          const description = wrapWords(parameter.description, " ".repeat(nameWidth + 6), width);
          return `    ${parameter.name.padEnd(nameWidth)}  ${description.trimStart()}`;
        }),
      ].join("\n");
    })
    .join("\n\n");
}
