const NOTHING = Buffer.alloc(0);

/** Texts by their row. */
export interface TextRows {
  readonly rows: number;
  /** Size of the text. */
  bytesOf(row: number): number;
  /** UTF-8, without a line break. */
  textOf(row: number): Uint8Array;
  copyText(row: number, target: Buffer, offset: number): void;
}

/** Names of entries by their row: ids and times. */
export interface NameRows {
  /** Epoch seconds. */
  dateCreateOf(row: number): number;
  /** The entry's id, where it is written with escapes; else it is as its bytes say. */
  escapedIdOf(row: number): string | undefined;
  /** Holds the bytes of the id, UTF-8, from `idStartOf` to `idEndOf`. */
  idBufferOf(row: number): Buffer;
  idStartOf(row: number): number;
  idEndOf(row: number): number;
}

/** Entries by their row, so that a page of them takes no object each. */
export interface EntryRows extends TextRows, NameRows {}

/** What the archive needs to know of an entry. */
export interface ArchiveEntry {
  id: string;
  /** Epoch seconds. */
  dateCreate: number;
  /** The entry's exact text, UTF-8, without a line break. */
  bytes: Uint8Array;
}

/** Texts that do not come from a page. */
export class ListedTexts<Text extends Pick<ArchiveEntry, "bytes">> implements TextRows {
  protected readonly entries: readonly Text[];

  constructor(entries: readonly Text[]) {
    this.entries = entries;
  }

  get rows(): number {
    return this.entries.length;
  }

  bytesOf(row: number): number {
    return this.at(row).bytes.length;
  }

  textOf(row: number): Uint8Array {
    return this.at(row).bytes;
  }

  copyText(row: number, target: Buffer, offset: number): void {
    target.set(this.at(row).bytes, offset);
  }

  /** @throws {RangeError} when there is no such row */
  protected at(row: number): Text {
    const entry = this.entries[row];
    if (entry === undefined) throw new RangeError(`there is no row ${row}`);
    return entry;
  }
}

/** Entries that do not come from a page. */
export class ListedEntries extends ListedTexts<ArchiveEntry> implements EntryRows {
  dateCreateOf(row: number): number {
    return this.at(row).dateCreate;
  }

  escapedIdOf(row: number): string {
    return this.at(row).id;
  }

  idBufferOf(): Buffer {
    return NOTHING;
  }

  idStartOf(): number {
    return 0;
  }

  idEndOf(): number {
    return 0;
  }
}

/** Every row, in order. */
export function allRows({ rows }: TextRows): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}
