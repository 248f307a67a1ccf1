import { constants, zstdCompressSync } from "node:zlib";
import { ByteWriter, type ParquetWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { GrowingBytes, GrowingNumbers } from "./growing.ts";

type ColumnChunk = ParquetWriter["row_groups"][number]["columns"][number];

/** What Parquet knows values as. */
type PhysicalType = "BYTE_ARRAY" | "INT32" | "INT64" | "BOOLEAN";

/** As Security Lake advises for pages. */
const PAGE_BYTES = 1024 * 1024;

/** Some values of the column: those up to these counts, which the page before does not have. */
interface PageEnd {
  slots: number;
  values: number;
  bytes: number;
}

export interface LeafColumnOptions {
  /** Names from the column of the table to this one. */
  path: readonly string[];
  type: PhysicalType;
  /** Levels of a value that is there. */
  maxDefinition: number;
  maxRepetition: number;
  /** Each value is another: a dictionary of them helps nobody. */
  isUnique: boolean;
}

/**
 * One primitive column, whose values are encoded as they come: no value waits in memory. A value
 * is looked up in a dictionary, and its number is kept; texts that are unique, and truth values,
 * are kept themselves.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export class LeafColumn {
  readonly leaves: readonly LeafColumn[] = [this];
  readonly #options: LeafColumnOptions;
  readonly #definitions = new GrowingNumbers(Uint8Array);
  readonly #repetitions = new GrowingNumbers(Uint8Array);
  readonly #dictionary = new Map<unknown, number>();
  /** Of the dictionary. */
  readonly #indexes = new GrowingNumbers(Uint32Array);
  /** Texts, of the dictionary or unique; truth values. */
  readonly #bytes = new GrowingBytes();
  #pages: PageEnd[] = [];
  #values = 0;
  #last: unknown;
  #lastIndex = 0;
  readonly #isRepeated: boolean;
  readonly #hasDictionary: boolean;

  constructor(options: LeafColumnOptions) {
    this.#options = options;
    this.#isRepeated = options.maxRepetition > 0;
    this.#hasDictionary = !options.isUnique && options.type !== "BOOLEAN";
  }

  /**
   * @param value - absent when undefined or null
   * @param definition - how much of the path is there without this leaf
   * @param repetition - which list of the path goes on
   */
  add(value: unknown, definition: number, repetition: number): void {
    if (this.#isRepeated) this.#repetitions.add(repetition);
    if (value === undefined || value === null) {
      this.#definitions.add(definition);
      return;
    }
    this.#definitions.add(definition + 1);
    this.#values += 1;
    if (this.#hasDictionary) {
      if (value !== this.#last) this.#lookUp(value);
      this.#indexes.add(this.#lastIndex);
    } else {
      this.#addPlain(value);
    }
  }

  /** Rows that have nothing of the path. */
  addAbsentRows(count: number): void {
    this.#definitions.addZeros(count);
    if (this.#isRepeated) this.#repetitions.addZeros(count);
  }

  #lookUp(value: unknown): void {
    let index = this.#dictionary.get(value);
    if (index === undefined) {
      index = this.#dictionary.size;
      this.#dictionary.set(value, index);
      if (typeof value === "string") this.#bytes.addText(value);
    }
    this.#last = value;
    this.#lastIndex = index;
  }

  #addPlain(value: unknown): void {
    if (typeof value === "boolean") {
      this.#indexes.add(value ? 1 : 0);
      return;
    }
    this.#bytes.addText(value as string);
    const { length } = this.#bytes;
    if (length - (this.#pages.at(-1)?.bytes ?? 0) >= PAGE_BYTES) {
      this.#pages.push({ slots: this.#definitions.length, values: this.#values, bytes: length });
    }
  }

  /** Write what was added, and forget it. */
  writeChunk(writer: ByteWriter): ColumnChunk {
    const start = writer.offset;
    const { path, type } = this.#options;
    const hasDictionary = this.#dictionary.size > 0;
    let size = hasDictionary ? this.#writeDictionary(writer) : 0;
    const dataStart = writer.offset;
    let from: PageEnd = { slots: 0, values: 0, bytes: 0 };
    const { length: slots } = this.#definitions;
    const end = { slots, values: this.#values, bytes: this.#bytes.length };
    for (const to of [...this.#pages, end]) {
      if (to.slots > from.slots) size += this.#writePage(writer, from, to, hasDictionary);
      from = to;
    }
    const chunk: ColumnChunk = {
      meta_data: {
        type,
        encodings: hasDictionary ? ["PLAIN", "RLE_DICTIONARY"] : ["PLAIN"],
        path_in_schema: [...path],
        codec: "ZSTD",
        num_values: BigInt(slots),
        total_compressed_size: BigInt(writer.offset - start),
        total_uncompressed_size: BigInt(size),
        data_page_offset: BigInt(dataStart),
        ...(hasDictionary && { dictionary_page_offset: BigInt(start) }),
        statistics: { null_count: BigInt(slots - this.#values), ...this.#range() },
      },
      file_offset: BigInt(start),
    };
    this.#clear();
    return chunk;
  }

  #clear(): void {
    for (const part of [this.#definitions, this.#repetitions, this.#indexes, this.#bytes]) {
      part.clear();
    }
    this.#dictionary.clear();
    this.#pages = [];
    this.#values = 0;
    this.#last = undefined;
  }

  /** Of numbers: texts are in no order that a reader could use. */
  #range(): { min_value?: number | bigint; max_value?: number | bigint } {
    const { type } = this.#options;
    if ((type !== "INT32" && type !== "INT64") || this.#values === 0) return {};
    const numbers = [...(this.#dictionary.keys() as MapIterator<number>)];
    const least = numbers.reduce((a, b) => Math.min(a, b));
    const most = numbers.reduce((a, b) => Math.max(a, b));
    return type === "INT64"
      ? { min_value: BigInt(least), max_value: BigInt(most) }
      : { min_value: least, max_value: most };
  }

  /** @returns bytes before compression, as all that write */
  #writeDictionary(writer: ByteWriter): number {
    const bytes = this.#dictionaryBytes();
    return writePage(writer, undefined, bytes, {
      type: "DICTIONARY_PAGE",
      dictionary_page_header: { num_values: this.#dictionary.size, encoding: "PLAIN" },
    });
  }

  #dictionaryBytes(): Uint8Array {
    const { type } = this.#options;
    if (type === "BYTE_ARRAY") return this.#bytes.slice();
    const numbers = [...(this.#dictionary.keys() as MapIterator<number>)];
    const { buffer } =
      type === "INT64" ? BigInt64Array.from(numbers, BigInt) : Int32Array.from(numbers);
    return new Uint8Array(buffer);
  }

  #writePage(writer: ByteWriter, from: PageEnd, to: PageEnd, hasDictionary: boolean): number {
    const { maxDefinition, maxRepetition } = this.#options;
    const definitions = this.#definitions.slice(from.slots, to.slots);
    const repetitions = this.#repetitions.slice(from.slots, to.slots);
    const levels = new ByteWriter();
    if (this.#isRepeated) writeRleBitPackedHybrid(levels, repetitions, bitWidth(maxRepetition));
    const { offset: repetitionBytes } = levels;
    writeRleBitPackedHybrid(levels, definitions, bitWidth(maxDefinition));
    const slots = to.slots - from.slots;
    return writePage(writer, levels, this.#pageBytes(from, to), {
      type: "DATA_PAGE_V2",
      data_page_header_v2: {
        num_values: slots,
        num_nulls: slots - (to.values - from.values),
        num_rows: this.#isRepeated ? repetitions.filter((level) => level === 0).length : slots,
        encoding: hasDictionary ? "RLE_DICTIONARY" : "PLAIN",
        definition_levels_byte_length: levels.offset - repetitionBytes,
        repetition_levels_byte_length: repetitionBytes,
        is_compressed: true,
      },
    });
  }

  #pageBytes(from: PageEnd, to: PageEnd): Uint8Array {
    if (!this.#hasDictionary && this.#options.type !== "BOOLEAN") {
      return this.#bytes.slice(from.bytes, to.bytes);
    }
    const indexes = this.#indexes.slice();
    if (this.#options.type === "BOOLEAN") return packBits(indexes);
    const page = new ByteWriter();
    const width = bitWidth(Math.max(this.#dictionary.size - 1, 0));
    page.appendUint8(width);
    writeRleBitPackedHybrid(page, indexes, width);
    return page.getBytes();
  }
}

function bitWidth(max: number): number {
  return 32 - Math.clz32(max);
}

/** Eight truth values a byte, the first in the lowest bit. */
function packBits(values: Uint8Array | Uint32Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries()) {
    const byte = at >> 3;
    bytes[byte] = (bytes[byte] ?? 0) | (value << (at & 7));
  }
  return bytes;
}

type PageHeader = Omit<
  Parameters<typeof writePageHeader>[1],
  "uncompressed_page_size" | "compressed_page_size"
>;

function writePage(
  writer: ByteWriter,
  levels: ByteWriter | undefined,
  bytes: Uint8Array,
  header: PageHeader,
): number {
  const start = writer.offset;
  const compressed = compress(bytes);
  const levelBytes = levels?.offset ?? 0;
  writePageHeader(writer, {
    ...header,
    uncompressed_page_size: levelBytes + bytes.length,
    compressed_page_size: levelBytes + compressed.length,
  });
  const headerBytes = writer.offset - start;
  if (levels !== undefined) writer.appendBytes(levels.getBytes());
  writer.appendBytes(compressed);
  return headerBytes + levelBytes + bytes.length;
}

/** Level 1 takes half the CPU of 3, for 4 % more bytes. */
function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
