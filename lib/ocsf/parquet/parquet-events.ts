import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ColumnType } from "../columns.ts";
import type { OcsfEvent } from "../event.ts";
import { type EventTemplate, FilledTemplate } from "../event-templates.ts";
import type { LineEvent } from "../line-events.ts";
import { LeafColumn } from "./leaf-column.ts";
import { type Shredder, shredderOf } from "./shredder.ts";
import {
  addCells,
  type Cell,
  CellRecorder,
  type CellsOfColumn,
  cellsIn,
} from "./template-cells.ts";

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

interface Column {
  name: string;
  values: Shredder<LeafColumn>;
  recorder: CellRecorder;
  /** The newest, which the leaves do not have yet: most events lack most columns of other classes. */
  absentRows: number;
}

/** Rows that are read or skipped together, and that wait in memory, encoded. */
const ROW_GROUP_ROWS = 10_000;

/** Taken apart one column after the other: all columns together do not fit into a core's cache. */
const ROWS_AT_ONCE = 50;

/**
 * Events as a Parquet file, compressed with zstd: in the order in which they are added. In memory
 * are the rows of one group, and what was not taken of the file.
 *
 * @see https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources-best-practices.html
 */
export class ParquetEvents {
  readonly #columns: Column[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #rows = 0;
  #waiting: LineEvent[] = [];
  /** Those of the events that wait. */
  #lines: Buffer | undefined;
  /** Of templates, by column; a column without cells is absent in their events. */
  readonly #cells = new WeakMap<EventTemplate, CellsOfColumn[]>();

  /** @param columns - in their order; what an event has besides is left out */
  constructor(columns: Readonly<Record<string, ColumnType>>) {
    const entries = Object.entries(columns);
    this.#columns = entries.map(([name, type]) => {
      const values = shredderOf(name, type, (options) => new LeafColumn(options));
      return { name, values, recorder: new CellRecorder(name, type, values.leaves), absentRows: 0 };
    });
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: "root", num_children: entries.length },
        ...entries.flatMap(([name, type]) => elementsOf(name, type)),
      ],
      createdBy: "slack-audit-lake",
    });
  }

  add(event: LineEvent): void {
    // An event that waits keeps all lines of its object: those of one object wait together.
    const lines = event instanceof FilledTemplate ? event.line.bytes : undefined;
    if (lines !== this.#lines && this.#waiting.length > 0) this.#addWaiting();
    this.#lines = lines;
    this.#waiting.push(event);
    this.#rows += 1;
    if (this.#waiting.length === ROWS_AT_ONCE) this.#addWaiting();
    if (this.#rows === ROW_GROUP_ROWS) this.#writeGroup();
  }

  #addWaiting(): void {
    const waiting = this.#waiting;
    const cells = waiting.map((event) =>
      event instanceof FilledTemplate ? this.#cellsOf(event.template) : undefined,
    );
    for (let at = 0; at < this.#columns.length; at++) {
      const column = this.#columns[at] as Column;
      for (let row = 0; row < waiting.length; row++) {
        const ofEvent = cells[row];
        const event = waiting[row] as LineEvent;
        const value =
          ofEvent === undefined
            ? (event as OcsfEvent)[column.name]
            : cellsIn(ofEvent[at], event as FilledTemplate);
        if (value === undefined) {
          column.absentRows += 1;
          continue;
        }
        if (column.absentRows > 0) addAbsentRows(column);
        if (ofEvent === undefined) column.values.add(value, 0, 0);
        else addCells(value as readonly Cell[], event as FilledTemplate);
      }
    }
    this.#waiting = [];
    this.#lines = undefined;
  }

  #cellsOf(template: EventTemplate): CellsOfColumn[] {
    const known = this.#cells.get(template);
    if (known !== undefined) return known;
    const cells = this.#columns.map(({ name, recorder }) => recorder.cellsOf(template.event[name]));
    this.#cells.set(template, cells);
    return cells;
  }

  /** @returns the bytes since the last call, perhaps none */
  take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }

  /** @returns the rest of the file, when all events are added */
  finish(): Uint8Array {
    if (this.#rows > 0) this.#writeGroup();
    this.#writer.finish();
    return this.take();
  }

  #writeGroup(): void {
    this.#addWaiting();
    const start = this.#bytes.offset;
    const columns = this.#columns.flatMap((column) => {
      addAbsentRows(column);
      return column.values.leaves.map((leaf) => leaf.writeChunk(this.#bytes));
    });
    const sizes = columns.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
    this.#writer.row_groups.push({
      columns,
      total_byte_size: sizes.reduce((sum, size) => sum + size),
      num_rows: BigInt(this.#rows),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    });
    this.#writer.num_rows += BigInt(this.#rows);
    this.#rows = 0;
  }
}

function addAbsentRows(column: Column): void {
  for (const leaf of column.values.leaves) leaf.addAbsentRows(column.absentRows);
  column.absentRows = 0;
}

const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
const PRIMITIVES = {
  string: TEXT,
  unique: TEXT,
  json: TEXT,
  integer: { type: "INT32" },
  long: { type: "INT64" },
  boolean: { type: "BOOLEAN" },
} as const;

/** A column and what is below it, as a Parquet file declares them. */
function elementsOf(name: string, type: ColumnType): SchemaElement[] {
  const column = { name, repetition_type: "OPTIONAL" } as const;
  if (type === "map") {
    return [
      { ...column, converted_type: "MAP", num_children: 1 },
      { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
      { name: "key", repetition_type: "REQUIRED", ...TEXT },
      { name: "value", repetition_type: "OPTIONAL", ...TEXT },
    ];
  }
  if (typeof type === "string") return [{ ...column, ...PRIMITIVES[type] }];
  if (Array.isArray(type)) {
    return [
      { ...column, converted_type: "LIST", num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...elementsOf("element", type[0]),
    ];
  }
  const fields = Object.entries(type);
  return [
    { ...column, num_children: fields.length },
    ...fields.flatMap(([field, fieldType]) => elementsOf(field, fieldType)),
  ];
}
