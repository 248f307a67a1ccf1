import { type Command, Option } from "commander";
import { systemClock } from "../../lib/slack/clock.ts";
import type { RowStream } from "../../lib/sql/query-result.ts";
import type { SavedQuery } from "../../lib/sql/saved-queries.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { nowSeconds } from "../../lib/time.ts";
import { addFormerOption } from "../deprecation.ts";
import { UsageError } from "../errors.ts";
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
import { reportFailedLookUps } from "../output/failed-look-ups.ts";
import {
  OUTPUT_FORMATS,
  printResult,
  type ReadRows,
  type ResultOutput,
} from "../output/print-result.ts";
import { QueryActivity } from "../output/query-activity.ts";
import { renderStatusLines } from "../output/table.ts";
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
        console.log(describeSavedQueries(savedQueries(options.queries)));
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
        await printResult((take) => read(sql, take, signal), output, writeParquet);
        return;
      }
      await checkReadable(options.archive);
      await checkSource(options.archive, options.source);
      if (saved !== undefined) {
        console.error(saved.reads);
        await noteOutside(saved.period, options.archive, options.source);
      }
      const signal = abortOnInterrupt("Stopping the query");
      // DuckDB is optional, and slow to load.
      const { openLake } = await import("../../lib/local/lake-database.ts");
      const read: ReadRows = async (take, writableFile) => {
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
        return await lake.read(sql, take, signal);
      };
      await printResult(read, output, writeParquet);
      reportFailedLookUps(addresses);
    });
  addAddressOptions(command);
  addFormerOption(command, new Option("--athena"), () => ({
    use: "--stack",
    attribute: "stack",
    value: command.getOptionValue("stack") ?? DEFAULT_STACK_NAME,
  }));
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

export function describeSavedQueries(queries: ReadonlyMap<string, SavedQuery>): string {
  return [...queries.values()]
    .map(({ name, title, question, parameters, daysBack }) =>
      [
        `${name}: ${title}`,
        `  ${question}`,
        `  Reads the last ${daysBack} days unless --last, --from or --until says otherwise.`,
        renderStatusLines(
          parameters.map((parameter) => [`    ${parameter.name}`, parameter.description] as const),
        ),
      ].join("\n"),
    )
    .join("\n\n");
}
