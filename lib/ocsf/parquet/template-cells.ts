import type { ColumnType } from "../columns.ts";
import type { FilledTemplate } from "../event-templates.ts";
import { JsonOfSlots } from "../json-of-slots.ts";
import { Calculated, Choice, Chosen, Joined, Slot, WHOLE_LINE } from "../slots.ts";
import { Constant, type LeafColumn } from "./leaf-column.ts";
import { type Leaf, type Shredder, shredderOf } from "./shredder.ts";

/** What all events of a template have in one column, or do not have, and where in the column. */
export interface Cell {
  leaf: LeafColumn;
  value: Constant | Slot | Calculated | Joined | JsonOfSlots | undefined;
  definition: number;
  repetition: number;
}

/** Nothing: the column is absent. */
export type CellsOfColumn = readonly Cell[] | undefined | Chosen<readonly Cell[] | undefined>;

/** Takes the event of a template apart once, for all of its events. */
export class CellRecorder {
  readonly #shredder: Shredder;
  #cells: Cell[] = [];

  /** @param leaves - the primitive columns of the column */
  constructor(name: string, type: ColumnType, leaves: readonly LeafColumn[]) {
    let made = 0;
    this.#shredder = shredderOf(name, type, (): Leaf => {
      const leaf = leaves[made++] as LeafColumn;
      return {
        add: (value, definition, repetition) => {
          this.#cells.push({ leaf, value: toValue(value), definition, repetition });
        },
      };
    });
  }

  /** @param value - with slots */
  cellsOf(value: unknown): CellsOfColumn {
    if (value instanceof Choice) return new Chosen(value, (one) => this.#record(one));
    return this.#record(value);
  }

  #record(value: unknown): readonly Cell[] | undefined {
    if (value === undefined) return undefined;
    this.#cells = [];
    this.#shredder.add(value, 0, 0);
    return this.#cells;
  }
}

function toValue(value: unknown): Cell["value"] {
  if (value === undefined || value === null) return undefined;
  const isOfSlots =
    value instanceof Slot ||
    value instanceof Calculated ||
    value instanceof Joined ||
    value instanceof JsonOfSlots;
  if (value instanceof Joined && value.parts.length === 1) return toValue(value.parts[0]);
  return isOfSlots ? value : new Constant(value);
}

export function cellsIn(cells: CellsOfColumn, event: FilledTemplate): readonly Cell[] | undefined {
  return cells instanceof Chosen ? cells.in(event) : cells;
}

/** Add to their columns what one event has in cells. */
export function addCells(cells: readonly Cell[], event: FilledTemplate): void {
  for (let at = 0; at < cells.length; at++) addCell(cells[at] as Cell, event);
}

function addCell(cell: Cell, event: FilledTemplate): void {
  const { leaf, value, definition, repetition } = cell;
  if (value === undefined) leaf.addAbsent(definition, repetition);
  else if (value instanceof Constant) leaf.addConstant(value, definition, repetition);
  else if (value === WHOLE_LINE) {
    const { bytes, start, end } = event.line;
    leaf.addBytes(bytes, start, end, definition, repetition);
  } else if (value instanceof Slot) {
    const bytes = value.bytesIn(event);
    leaf.addBytes(bytes, value.startIn(event), value.endIn(event), definition, repetition);
  } else leaf.add(value.in(event), definition, repetition);
}
