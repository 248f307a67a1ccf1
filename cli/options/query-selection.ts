import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  entriesSql,
  readSavedQueries,
  SAVED_QUERIES,
  type SavedQuery,
} from "../../lib/sql/saved-queries.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import { describeFileProblem, UsageError } from "../errors.ts";
import { defaultOf } from "./defaults.ts";
import { sourceFilterOption } from "./source.ts";
import { didYouMean } from "./suggestion.ts";
import { addTimeRangeOptions, type TimeRangeOptions, toTimeRange } from "./time-range.ts";

/** What a saved query is to read. */
export interface QuerySelection extends TimeRangeOptions {
  /** Parameters of the query, by name. */
  set: Record<string, string>;
  source?: string;
  stack?: string;
  /** Folder of queries of one's own. */
  queries?: string;
}

/** What is to be run. */
interface Statement {
  sql: string;
  /** What a saved query reads; absent for a SELECT, which says so itself. */
  saved?: {
    /** For people. */
    reads: string;
    /** Days, UTC, both included. */
    period: { from_day: string; to_day: string };
    /** What `--set` gave besides the period, for people: `person=…`; empty without any. */
    asked: string;
    /** Counts the entries of the period. */
    entriesSql: string;
  };
}

export function addQuerySelection(command: Command): Command {
  addTimeRangeOptions(command, {
    from: "saved queries: first day to read, UTC",
    until: "saved queries: end of the days to read, excluded (default: now)",
    last: "saved queries: read the days that this touches, up to now",
  });
  return addQueriesOption(command)
    .addOption(sourceFilterOption("saved queries: only this organization (default: all)"))
    .addOption(
      new Option(
        "--set <name=value>",
        "a parameter of the saved query; repeatable (default: those of the query)",
      ).argParser(addValue),
    );
}

export function addQueriesOption(command: Command): Command {
  return command.option(
    "--queries <dir>",
    "folder with saved queries of your own, NAME.sql; one with the name of ours replaces it",
  );
}

/**
 * Our saved queries and those of a folder, by name.
 *
 * @throws {UsageError} when the folder cannot be read, has no queries, or a file in it is no saved query
 */
export function savedQueries(directory: string | undefined): ReadonlyMap<string, SavedQuery> {
  if (directory === undefined) return SAVED_QUERIES;
  let own: ReadonlyMap<string, SavedQuery>;
  try {
    own = readSavedQueries(pathToFileURL(`${resolve(directory)}/`));
  } catch (cause) {
    throw new UsageError(`--queries ${directory}: ${describeFileProblem(cause)}`, { cause });
  }
  if (own.size === 0) {
    throw new UsageError(`--queries ${directory}: there is no NAME.sql in this folder`);
  }
  return new Map([...SAVED_QUERIES, ...own]);
}

/**
 * The SQL that a SELECT, or the name of a saved query, stands for.
 *
 * @throws {UsageError} when there is nothing to run, or an option does not fit it
 * @throws {QueryParameterError} when a value does not fit the saved query
 */
export function toStatement(
  text: string | undefined,
  options: Omit<QuerySelection, "set"> & Partial<QuerySelection>,
  nowSeconds: number,
): Statement {
  const { set: values = {}, stack = DEFAULT_STACK_NAME, source } = options;
  if (text === undefined || /^[\s;]*$/.test(text)) {
    // `--stack` takes the word after it for its name.
    const hint =
      stack === DEFAULT_STACK_NAME
        ? ""
        : `; "${stack}" was read as the stack's name: put --stack last`;
    throw new UsageError(
      `give a SELECT or the name of a saved query; "query --list" lists them${hint}`,
    );
  }
  const queries = savedQueries(options.queries);
  const saved = queries.get(text);
  if (saved !== undefined) {
    const period = toPeriod(saved, values, options, nowSeconds);
    return {
      sql: saved.sql({ ...values, ...period }, source),
      saved: {
        reads: `Reading ${period.from_day} to ${period.to_day} (UTC, both included) of ${source ?? "all sources"}.`,
        period,
        asked: Object.entries(values)
          .filter(([name]) => !(name in period))
          .map(([name, value]) => `${name}=${value}`)
          .join(", "),
        entriesSql: entriesSql(period, source),
      },
    };
  }
  if (/^[\w-]+$/.test(text)) {
    throw new UsageError(
      `there is no saved query "${text}"; "query --list" lists them${didYouMean(text, [...queries.keys()])}`,
    );
  }
  refuseSelection(options);
  return { sql: text };
}

function toPeriod(
  { daysBack }: SavedQuery,
  values: Readonly<Record<string, string>>,
  options: TimeRangeOptions,
  nowSeconds: number,
): { from_day: string; to_day: string } {
  const given = ["from", "until", "last"].find((name) => name in options);
  const set = ["from_day", "to_day"].find((name) => name in values);
  if (given !== undefined && set !== undefined) {
    throw new UsageError(`give the period once: --${given} or --set ${set}`);
  }
  const { from, until } = toTimeRange(options, nowSeconds);
  const to_day = values.to_day ?? dayOf(until === undefined ? nowSeconds : until - 1);
  const end = startOfDay(to_day);
  // A day that is none is refused by the query itself.
  const start = from ?? (Number.isNaN(end) ? nowSeconds : end) - daysBack * SECONDS_PER_DAY;
  return { from_day: values.from_day ?? dayOf(start), to_day };
}

/** @throws {UsageError} when an option is given that only a saved query obeys */
function refuseSelection({ set, from, until, last, source }: Partial<QuerySelection>): void {
  const typedSource = source === defaultOf("source") ? undefined : source;
  const given = Object.entries({ set, from, until, last, source: typedSource }).find(
    ([, value]) => value !== undefined,
  );
  if (given === undefined) return;
  throw new UsageError(
    `--${given[0]} works with saved queries only; write ${given[0] === "set" ? "the values" : "the days (dt) and the source"} into the SELECT`,
  );
}

function addValue(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("Give a name and a value, such as from_day=2026-05-01.");
  }
  return { ...before, [name]: value };
}
