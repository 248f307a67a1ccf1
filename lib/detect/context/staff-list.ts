import { type CsvError, parse } from "csv-parse/sync";
import { type ContextFile, ContextFileError, cut, textOf } from "./context-file.ts";

/** What a staff list says of a person, by the names of its columns; without empty cells. */
export type StaffRecord = Readonly<Record<string, string>>;

/** People of one's own, by e-mail address or Slack's id. */
export class StaffList {
  readonly #byKey: ReadonlyMap<string, StaffRecord>;

  /** @param records - by what names the person, in small letters */
  constructor(records: ReadonlyMap<string, StaffRecord>) {
    this.#byKey = records;
  }

  /** @returns nothing when none of the names is in the list */
  find(...names: readonly (string | undefined)[]): StaffRecord | undefined {
    for (const name of names) {
      const record = name === undefined ? undefined : this.#byKey.get(name.toLowerCase());
      if (record !== undefined) return record;
    }
    return undefined;
  }
}

/** Columns that name a person; a list has one of them, or both. */
const KEYS = ["email", "id"];

/**
 * Read a staff list: CSV with a header, which has a column `email` or `id`; all others are shown
 * in alerts.
 *
 * @throws {ContextFileError} naming the line that is wrong, or that the list is empty
 */
export function parseStaffList(file: ContextFile): StaffList {
  const records = new Map<string, StaffRecord>();
  const lines = new Map<string, number>();
  for (const { record, info } of parseRows(file)) {
    const filled = Object.freeze(
      Object.fromEntries(Object.entries(record).filter(([, text]) => text !== "")),
    );
    const keys = new Set(KEYS.flatMap((key) => filled[key]?.toLowerCase() ?? []));
    if (keys.size === 0) throw new ContextFileError(file, "has no email and no id", info.lines);
    const again = [...keys].flatMap((key) => {
      const line = lines.get(key);
      return line === undefined ? [] : [`"${cut(key)}" is in line ${line} already`];
    });
    if (again.length > 0) {
      const problem = `${again.join(", ")}; a person has one line`;
      throw new ContextFileError(file, problem, info.lines);
    }
    for (const key of keys) {
      records.set(key, filled);
      lines.set(key, info.lines);
    }
  }
  if (records.size === 0) throw new ContextFileError(file, "has no person");
  return new StaffList(records);
}

interface Row {
  record: Record<string, string>;
  info: { lines: number };
}

function parseRows(file: ContextFile): Row[] {
  const checkHeader = (header: string[]): string[] => {
    const names = header.map((name) => name.trim().toLowerCase());
    if (!KEYS.some((key) => names.includes(key))) {
      throw new ContextFileError(file, "the header has no column email or id", 1);
    }
    const again = names.find((name, index) => names.indexOf(name) !== index);
    if (again !== undefined) throw new ContextFileError(file, `two columns "${cut(again)}"`, 1);
    return names;
  };
  try {
    return parse(textOf(file), {
      bom: true,
      columns: checkHeader,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Row[];
  } catch (error) {
    if (error instanceof ContextFileError) throw error;
    const { message, lines } = error as CsvError & { lines?: number };
    throw new ContextFileError(file, cut(message), lines, error);
  }
}
