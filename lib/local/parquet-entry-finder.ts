import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type DuckDBConnection,
  type DuckDBInstance,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { columnsKey } from "../archive/columns-key.ts";
import { parseObjectKey } from "../archive/object-key.ts";
import type {
  Demand,
  EntryFinder,
  FoundEntries,
  FoundOfObject,
  StoredName,
} from "../detect/ports.ts";
import { dayOf, hourOf, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../time.ts";
import { checkColumns } from "./check-lake-file.ts";
import { CountedSubjects, isReplaced } from "./counted-subjects.ts";
import { DirectoryArchiveStore } from "./directory-archive-store.ts";
import { createDatabase, escapePattern, isOneOf, quote } from "./duckdb.ts";
import { listDayObjects } from "./lake-files.ts";

/** Lines of a day that memory holds, 100 MB; of more, object after object is read. */
const WANTED_MAX = 150_000;

/** How Slack's lines begin; of others, only the rules' own reading tells whether they are entries. */
const BEGINS_AS_SLACKS = `starts_with(line, '{"id":"')`;

/** Finds entries of the days that are in columns, whose file is what was compared with their lines. */
export class ParquetEntryFinder implements EntryFinder {
  readonly #directory: string;

  constructor(archiveDirectory: string) {
    this.#directory = resolve(archiveDirectory);
  }

  async find(
    source: string,
    objects: readonly StoredName[],
    demand: Demand,
  ): Promise<FoundEntries> {
    const days = [...new Set(objects.map(({ minDateCreate }) => dayOf(minDateCreate)))];
    const files = new Map<string, string>();
    for (const day of days) {
      const path = join(this.#directory, columnsKey(source, day));
      if (!existsSync(path)) continue;
      if ((await checkColumns(this.#directory, { source, day })) === undefined) {
        files.set(day, readDay(path));
      }
    }
    if (files.size === 0) return NOTHING_FOUND;
    const database = await createDatabase({ threads: "1" });
    try {
      const connection = await database.connect();
      for (const [day, file] of files) {
        if (await hasUntoldLines(connection, file)) files.delete(day);
      }
      return new FoundInParquet({
        directory: this.#directory,
        source,
        files,
        others: days.filter((day) => !files.has(day)),
        demand,
        counted: await CountedSubjects.of(connection, demand.sequences, files.values()),
        database,
        connection,
      });
    } catch (error) {
      database.closeSync();
      throw error;
    }
  }
}

const NOTHING_FOUND: FoundEntries = {
  of: async () => undefined,
  [Symbol.dispose]: () => {},
};

/** SQL that reads a day's entries. */
function readDay(path: string): string {
  return `read_parquet(${quote(escapePattern(path))}, file_row_number = true, hive_partitioning = false)`;
}

/** Whether a day has lines of which columns say nothing. */
async function hasUntoldLines(connection: DuckDBConnection, file: string): Promise<boolean> {
  const rows = await connection.runAndReadAll(
    `SELECT 1 FROM ${file} WHERE id IS NULL OR action IS NULL OR date_create IS NULL LIMIT 1`,
  );
  return rows.currentRowCount > 0;
}

interface CountedObject {
  name: StoredName;
  entries: number;
  wanted: { time: number; line: Uint8Array }[];
}

interface DaysInParquet {
  directory: string;
  source: string;
  /** SQL that reads their entries, by day. */
  files: ReadonlyMap<string, string>;
  /** Days that have entries, too, and are read from their lines. */
  others: readonly string[];
  demand: Demand;
  counted: CountedSubjects;
  database: DuckDBInstance;
  connection: DuckDBConnection;
}

class FoundInParquet implements FoundEntries {
  readonly #from: DaysInParquet;
  #read: { day: string; byKey: ReadonlyMap<string, FoundOfObject> } | undefined;

  constructor(from: DaysInParquet) {
    this.#from = from;
  }

  [Symbol.dispose](): void {
    this.#from.connection.closeSync();
    this.#from.database.closeSync();
  }

  async of({ key, minDateCreate }: StoredName): Promise<FoundOfObject | undefined> {
    const day = dayOf(minDateCreate);
    const file = this.#from.files.get(day);
    if (file === undefined) return undefined;
    if (this.#read?.day !== day) this.#read = { day, byKey: await this.#readDay(day, file) };
    return this.#read.byKey.get(key);
  }

  /** @returns what was found, by the keys of the objects of which it is known to be theirs */
  async #readDay(day: string, file: string): Promise<Map<string, FoundOfObject>> {
    const { connection, counted, others } = this.#from;
    const selects = [
      ...(await this.#rowsOfRules(file)),
      ...(await counted.rowsOf(day, file, others)),
    ];
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE wanted AS ${["SELECT -1::BIGINT AS row", ...selects].join(" UNION ")}`,
    );
    if ((await this.#countWanted()) > WANTED_MAX) return new Map();
    const objects = await this.#countObjects(day, file);
    const rows = await connection.runAndReadAll(
      `SELECT CAST(date_create AS DOUBLE), line FROM ${file}
       WHERE file_row_number IN (SELECT row FROM wanted) OR NOT ${BEGINS_AS_SLACKS}`,
    );
    const byHour = Map.groupBy(objects, ({ name }) => hourOf(name.minDateCreate));
    for (const row of rows.getRows()) {
      const [time, text] = row as [number, string];
      const line = Buffer.from(text);
      const object = byHour
        .get(hourOf(time))
        ?.find(({ name }) => name.minDateCreate <= time && time <= name.maxDateCreate);
      if (!isStoredAt(line, time)) return new Map();
      object?.wanted.push({ time, line });
    }
    for (const { wanted } of objects) wanted.sort((a, b) => a.time - b.time);
    return new Map(objects.map(({ name, entries, wanted }) => [name.key, { entries, wanted }]));
  }

  /** SELECTs of the rows of entries that rules about one entry want. */
  async #rowsOfRules(file: string): Promise<string[]> {
    const { connection, demand } = this.#from;
    const rowsOf = (actions: readonly string[]) =>
      `SELECT file_row_number AS row FROM ${file} WHERE ${isOneOf(actions)}`;
    const selects = [rowsOf(demand.all)];
    for (const [index, decided] of demand.decided.entries()) {
      const { actions, column, unsure = "false", isWanted } = decided;
      const values = await connection.runAndReadAll(
        `SELECT DISTINCT ${column} FROM ${file} WHERE ${isOneOf(actions)}`,
      );
      const wanted = values
        .getRows()
        .map(([value]) => value as string | null)
        .filter(isWanted);
      const texts = listValue(wanted.filter((value) => value !== null));
      await connection.run(`SET VARIABLE wanted_${index} = $1`, [texts], [LIST(VARCHAR)]);
      const among = `${column} IN (SELECT unnest(CAST(getvariable('wanted_${index}') AS VARCHAR[])))`;
      const none = wanted.includes(null) ? `${column} IS NULL` : "false";
      const doubts = `(${unsure}) OR ${isReplaced(column)}`;
      selects.push(`${rowsOf(actions)} AND (${doubts} OR ${among} OR ${none})`);
    }
    return selects;
  }

  async #countWanted(): Promise<number> {
    const rows = await this.#from.connection.runAndReadAll("SELECT count(*) FROM wanted");
    return Number(rows.getRows()[0]?.[0]);
  }

  /** The objects of which time alone tells their entries from those of others. */
  async #countObjects(day: string, file: string): Promise<CountedObject[]> {
    const { connection, directory, source } = this.#from;
    const keys = await listDayObjects(new DirectoryArchiveStore(directory), source, day);
    const names = keys.flatMap((key): StoredName[] => {
      const name = parseObjectKey(key);
      return name === undefined ? [] : [{ key, ...name }];
    });
    const ranges = names.map(
      ({ minDateCreate, maxDateCreate }, index) => `(${index}, ${minDateCreate}, ${maxDateCreate})`,
    );
    const counts = await connection.runAndReadAll(
      `SELECT objects.index, CAST(count(*) AS DOUBLE)
       FROM ${file} AS entries
       JOIN (VALUES ${ranges.join(", ")}) AS objects (index, first, last)
         ON entries.date_create // ${SECONDS_PER_HOUR} = objects.first // ${SECONDS_PER_HOUR}
         AND entries.date_create BETWEEN objects.first AND objects.last
       GROUP BY objects.index`,
    );
    const totals = await connection.runAndReadAll(
      `SELECT CAST(hour AS INTEGER), CAST(count(*) AS DOUBLE) FROM ${file} GROUP BY hour`,
    );
    const byIndex = new Map(counts.getRows() as [number, number][]);
    const byHour = new Map(totals.getRows() as [number, number][]);
    const counted = names.map(
      (name, index): CountedObject => ({ name, entries: byIndex.get(index) ?? 0, wanted: [] }),
    );
    const hours = Map.groupBy(counted, ({ name }) => hourOf(name.minDateCreate));
    return [...hours].flatMap(([hour, ofHour]) => {
      const sum = ofHour.reduce((entries, one) => entries + one.entries, 0);
      const total = byHour.get((hour % SECONDS_PER_DAY) / SECONDS_PER_HOUR);
      return sum === total && areApart(ofHour.map(({ name }) => name)) ? ofHour : [];
    });
  }
}

const DATE_CREATE = '"date_create"';

/**
 * Whether an entry was stored by the time that its column has: of two members `date_create`, that
 * is the last, and columns and rules take the first.
 */
function isStoredAt(line: Buffer, time: number): boolean {
  const isOneAtMost = line.indexOf(DATE_CREATE) === line.lastIndexOf(DATE_CREATE);
  // A name in ASCII that is written with escapes has this in it.
  if (isOneAtMost && !line.includes("\\u00")) return true;
  return JSON.parse(line.toString()).date_create === time;
}

/** Whether no second is in two of them. */
function areApart(names: readonly StoredName[]): boolean {
  const sorted = names.toSorted((a, b) => a.minDateCreate - b.minDateCreate);
  return sorted.every(({ minDateCreate }, index) => {
    const before = sorted[index - 1];
    return before === undefined || before.maxDateCreate < minDateCreate;
  });
}
