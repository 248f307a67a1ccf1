import type { AuditLogEntry } from "./types.ts";

/** Columns of a row: where its text is, where its id is between the quotes, and its time. */
const [START, END, ID_START, ID_END, DATE_CREATE, WIDTH] = [0, 1, 2, 3, 4, 5];
const BACKSLASH = 0x5c;
const NOTHING = Buffer.alloc(0);
const NO_CELLS = new Float64Array();

/** Of the last table that was cleared, for the next: as garbage they would pile up, like bodies. */
let spareCells = NO_CELLS;

/**
 * The entries of a page, a row each: what they say that a run needs to know, and
 * where in the body their text is. As objects they would take several times the
 * memory, for as long as the page is worked on.
 */
export class EntryTable {
  #text: Buffer;
  #cells: Float64Array<ArrayBuffer>;
  #rows = 0;
  /** Ids that Slack wrote with escapes, by row. */
  #escapedIds: Map<number, string> | undefined;

  /**
   * @param text - holds the texts of all entries
   * @param rows - how many to expect, at least one
   */
  constructor(text: Buffer, rows: number) {
    this.#text = text;
    const isSpareEnough = spareCells.length >= rows * WIDTH;
    this.#cells = isSpareEnough ? spareCells : new Float64Array(rows * WIDTH);
    if (isSpareEnough) spareCells = NO_CELLS;
  }

  get rows(): number {
    return this.#rows;
  }

  /** The entry's `date_create`, epoch seconds; NaN when it is not a usable integer. */
  dateCreateOf(row: number): number {
    return this.#cell(row, DATE_CREATE);
  }

  /** Whether the entry has a usable `id` and `date_create`. */
  isReadable(row: number): boolean {
    return this.#cell(row, ID_END) > 0 && !Number.isNaN(this.#cell(row, DATE_CREATE));
  }

  /** The entry's id; absent when it is not a non-empty string. */
  idOf(row: number): string | undefined {
    const end = this.idEndOf(row);
    if (end === 0) {
      return undefined;
    }
    return this.#escapedIds?.get(row) ?? this.#text.toString("utf8", this.idStartOf(row), end);
  }

  /** The entry's id, where Slack wrote it with escapes; else it is as its bytes say. */
  escapedIdOf(row: number): string | undefined {
    return this.#escapedIds?.get(row);
  }

  /** Holds the bytes of the entry's id, from `idStartOf` to `idEndOf`. */
  idBufferOf(): Buffer {
    return this.#text;
  }

  idStartOf(row: number): number {
    return this.#cell(row, ID_START);
  }

  idEndOf(row: number): number {
    return this.#cell(row, ID_END);
  }

  /** Size of the entry's text. */
  bytesOf(row: number): number {
    return this.#cell(row, END) - this.#cell(row, START);
  }

  /** A view on the body. */
  textOf(row: number): Uint8Array {
    return this.#text.subarray(this.#cell(row, START), this.#cell(row, END));
  }

  copyText(row: number, target: Buffer, offset: number): void {
    this.#text.copy(target, offset, this.#cell(row, START), this.#cell(row, END));
  }

  /** Each row as an object, in Slack's order. */
  toEntries(): PageEntry[] {
    return Array.from({ length: this.#rows }, (_, row) => {
      const date = this.dateCreateOf(row);
      return new PageEntry(this, row, this.idOf(row), Number.isNaN(date) ? undefined : date);
    });
  }

  /** @param dateCreate - NaN when there is none */
  add(start: number, end: number, dateCreate: number): void {
    const at = this.#rows * WIDTH;
    if (at + WIDTH > this.#cells.length) {
      const cells = new Float64Array(2 * (at + WIDTH));
      cells.set(this.#cells);
      this.#cells = cells;
    }
    this.#cells[at + START] = start;
    this.#cells[at + END] = end;
    this.#cells[at + ID_START] = 0;
    this.#cells[at + ID_END] = 0;
    this.#cells[at + DATE_CREATE] = dateCreate;
    this.#rows += 1;
  }

  /** Give the last row its id: the text between these offsets, the quotes left out. */
  setId(start: number, end: number): void {
    const row = this.#rows - 1;
    this.#cells[row * WIDTH + ID_START] = start;
    this.#cells[row * WIDTH + ID_END] = end;
    if (hasBackslash(this.#text, start, end)) {
      this.#escapedIds ??= new Map();
      this.#escapedIds.set(row, JSON.parse(`"${this.#text.toString("utf8", start, end)}"`));
    }
  }

  /** Let go of everything. */
  clear(): void {
    this.#text = NOTHING;
    this.#rows = 0;
    if (this.#cells.length > spareCells.length) spareCells = this.#cells;
    this.#cells = NO_CELLS;
  }

  #cell(row: number, column: number): number {
    return this.#cells[row * WIDTH + column] as number;
  }
}

/** One entry of a page: what it says, and exactly how Slack said it. */
export class PageEntry {
  /** The entry's `id`; absent when it is not a non-empty string. */
  readonly id: string | undefined;
  /** The entry's `date_create`, epoch seconds; absent when it is not a usable integer. */
  readonly dateCreate: number | undefined;
  readonly #table: EntryTable;
  readonly #row: number;

  constructor(
    table: EntryTable,
    row: number,
    id: string | undefined,
    dateCreate: number | undefined,
  ) {
    this.#table = table;
    this.#row = row;
    this.id = id;
    this.dateCreate = dateCreate;
  }

  /**
   * The text that Slack sent for this entry, UTF-8, without a line break: JSON
   * allows one only between tokens, where it carries no meaning. A view on the
   * page's body, made anew at each call: a page of them costs more than its texts.
   */
  get bytes(): Uint8Array {
    return this.#table.textOf(this.#row);
  }

  /** `bytes` as a string. */
  get text(): string {
    return Buffer.from(this.bytes).toString();
  }

  /** The entry as typed data, parsed anew at each call. Unknown fields pass through. */
  get value(): AuditLogEntry {
    return JSON.parse(this.text);
  }
}

function hasBackslash(text: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (text[at] === BACKSLASH) {
      return true;
    }
  }
  return false;
}
