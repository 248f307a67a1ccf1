import { ByteWriter, type ParquetWriter } from "hyparquet-writer";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { asBytes, BYTE_ENCODING } from "../byte-text.ts";
import type { Constant } from "./constant.ts";
import { GrowingBytes, GrowingNumbers } from "./growing.ts";
import { bitWidth, countZeros, packBits, writePage } from "./page.ts";
import type { Leaf } from "./shredder.ts";
import { TextDictionary } from "./text-dictionary.ts";

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
export class LeafColumn implements Leaf {
  readonly #options: LeafColumnOptions;
  readonly #definitions = new GrowingNumbers(Uint8Array);
  readonly #repetitions = new GrowingNumbers(Uint8Array);
  readonly #texts = new TextDictionary();
  readonly #numbers = new Map<number, number>();
  /** Of a dictionary; truth values. */
  readonly #indexes = new GrowingNumbers(Uint32Array);
  /** Unique texts. */
  readonly #bytes = new GrowingBytes();
  #pages: PageEnd[] = [];
  #values = 0;
  /** Chunks before this one. */
  #chunk = 0;
  /** The last one, and how often it came since anything was written. */
  #constant: Constant | undefined;
  #times = 0;
  #lastNumber: number | undefined;
  #lastIndex = 0;
  readonly #isRepeated: boolean;
  readonly #isText: boolean;
  readonly #isUnique: boolean;

  constructor(options: LeafColumnOptions) {
    this.#options = options;
    this.#isRepeated = options.maxRepetition > 0;
    this.#isUnique = options.isUnique;
    this.#isText = options.type === "BYTE_ARRAY";
  }

  /**
   * @param value - absent when undefined or null; a text is a byte text, of which a surrogate by
   * itself becomes U+FFFD
   * @param definition - how much of the path is there without this leaf
   * @param repetition - which list of the path goes on
   */
  add(value: unknown, definition: number, repetition: number): void {
    if (typeof value === "string") {
      const bytes = Buffer.from(asBytes(value), BYTE_ENCODING);
      this.addBytes(bytes, 0, bytes.length, definition, repetition);
      return;
    }
    if (value === undefined || value === null) {
      this.#addLevels(definition, repetition);
      return;
    }
    this.#addLevels(definition + 1, repetition);
    this.#values += 1;
    this.#indexes.add(typeof value === "number" ? this.#numberOf(value) : Number(value));
  }

  /**
   * The same with a text in UTF-8.
   *
   * @param end - excluded
   */
  addBytes(
    source: Uint8Array,
    start: number,
    end: number,
    definition: number,
    repetition: number,
  ): void {
    this.#addLevels(definition + 1, repetition);
    this.#values += 1;
    if (this.#isUnique) this.#addUnique(source, start, end);
    else this.#indexes.add(this.#texts.numberOf(source, start, end));
  }

  /** The same with what comes again and again, and is written when something else comes. */
  addConstant(constant: Constant): void {
    if (constant !== this.#constant) {
      this.#addTimes();
      this.#constant = constant;
    }
    this.#times += 1;
  }

  /** Rows that have nothing of the path. */
  addAbsentRows(count: number): void {
    this.#addLevels(0, 0, count);
  }

  #addTimes(): void {
    let times = this.#times;
    if (times === 0) return;
    this.#times = 0;
    const constant = this.#constant as Constant;
    const { value, definition, repetition } = constant;
    if (value === undefined || value === null) {
      this.#addLevels(definition, repetition, times);
      return;
    }
    for (; times > 0 && (this.#isUnique || constant.chunk !== this.#chunk); times--) {
      this.add(value, definition, repetition);
      constant.index = this.#indexes.last;
      constant.chunk = this.#chunk;
    }
    this.#addLevels(definition + 1, repetition, times);
    this.#values += times;
    this.#indexes.add(constant.index, times);
  }

  #addLevels(definition: number, repetition: number, times = 1): void {
    if (this.#times > 0) this.#addTimes();
    if (this.#isRepeated) this.#repetitions.add(repetition, times);
    this.#definitions.add(definition, times);
  }

  #numberOf(value: number): number {
    if (value === this.#lastNumber) return this.#lastIndex;
    let index = this.#numbers.get(value);
    if (index === undefined) {
      index = this.#numbers.size;
      this.#numbers.set(value, index);
    }
    this.#lastNumber = value;
    this.#lastIndex = index;
    return index;
  }

  #addUnique(source: Uint8Array, start: number, end: number): void {
    this.#bytes.addBytes(source, start, end);
    const { length } = this.#bytes;
    if (length - (this.#pages.at(-1)?.bytes ?? 0) >= PAGE_BYTES) {
      this.#pages.push({ slots: this.#definitions.length, values: this.#values, bytes: length });
    }
  }

  /** Write what was added, and forget it. */
  writeChunk(writer: ByteWriter): ColumnChunk {
    this.#addTimes();
    const start = writer.offset;
    const { path, type } = this.#options;
    const hasDictionary = this.#dictionarySize > 0;
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

  get #dictionarySize(): number {
    return this.#isText ? this.#texts.size : this.#numbers.size;
  }

  #clear(): void {
    for (const part of [this.#definitions, this.#repetitions, this.#indexes, this.#bytes]) {
      part.clear();
    }
    this.#texts.clear();
    this.#numbers.clear();
    this.#lastNumber = undefined;
    this.#pages = [];
    this.#values = 0;
    this.#chunk += 1;
  }

  /** Of numbers: texts are in no order that a reader could use. */
  #range(): { min_value?: number | bigint; max_value?: number | bigint } {
    const { type } = this.#options;
    if ((type !== "INT32" && type !== "INT64") || this.#values === 0) return {};
    const numbers = [...this.#numbers.keys()];
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
      dictionary_page_header: { num_values: this.#dictionarySize, encoding: "PLAIN" },
    });
  }

  #dictionaryBytes(): Uint8Array {
    const { type } = this.#options;
    if (this.#isText) return this.#texts.bytes.slice();
    const numbers = [...this.#numbers.keys()];
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
        num_rows: this.#isRepeated ? countZeros(repetitions) : slots,
        encoding: hasDictionary ? "RLE_DICTIONARY" : "PLAIN",
        definition_levels_byte_length: levels.offset - repetitionBytes,
        repetition_levels_byte_length: repetitionBytes,
        is_compressed: true,
      },
    });
  }

  #pageBytes(from: PageEnd, to: PageEnd): Uint8Array {
    if (this.#isUnique) {
      return this.#bytes.slice(from.bytes, to.bytes);
    }
    const indexes = this.#indexes.slice();
    if (this.#options.type === "BOOLEAN") return packBits(indexes);
    const page = new ByteWriter();
    const width = bitWidth(Math.max(this.#dictionarySize - 1, 0));
    page.appendUint8(width);
    writeRleBitPackedHybrid(page, indexes, width);
    return page.getBytes();
  }
}
