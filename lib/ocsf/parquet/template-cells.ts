import type { ColumnType } from "../columns.ts";
import type { FilledTemplate } from "../event-templates.ts";
import { JsonOfSlots } from "../json-of-slots.ts";
import { Calculated, Choice, Chosen, Joined, Slot, WHOLE_LINE } from "../slots.ts";
import { Constant } from "./constant.ts";
import type { LeafColumn } from "./leaf-column.ts";
import { type Leaf, type Shredder, shredderOf } from "./shredder.ts";

/** What all events of a template have in one column, or do not have, and where in the column. */
export interface Cell {
  leaf: LeafColumn;
  value: Constant | Slot | Calculated | Joined | JsonOfSlots;
  definition: number;
  repetition: number;
}

/** Of one leaf: what somebody else makes up does not stay for long. */
const CONSTANTS_MAX = 1000;

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
      const constants = new Map<string, Constant>();
      return {
        add: (value, definition, repetition) => {
          const toConstant = () => {
            const key = `${definition} ${repetition} ${typeof value} ${value}`;
            const constant = constants.get(key) ?? new Constant(value, definition, repetition);
            if (constants.size === CONSTANTS_MAX) constants.clear();
            constants.set(key, constant);
            return constant;
          };
          const inCell = isOfSlots(value) ? onlyPart(value) : toConstant();
          this.#cells.push({ leaf, value: inCell, definition, repetition });
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

type ValueOfSlots = Slot | Calculated | Joined | JsonOfSlots;

function isOfSlots(value: unknown): value is ValueOfSlots {
  return (
    value instanceof Slot ||
    value instanceof Calculated ||
    value instanceof Joined ||
    value instanceof JsonOfSlots
  );
}

/** A slot by itself, where a text has nothing else. */
function onlyPart(value: ValueOfSlots): ValueOfSlots {
  const [part, ...others] = value instanceof Joined ? value.parts : [];
  return part instanceof Slot && others.length === 0 ? part : value;
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
  if (value instanceof Constant) leaf.addConstant(value);
  else if (value === WHOLE_LINE) {
    const { bytes, start, end } = event.line;
    leaf.addBytes(bytes, start, end, definition, repetition);
  } else if (value instanceof Slot) {
    const bytes = value.bytesIn(event);
    leaf.addBytes(bytes, value.startIn(event), value.endIn(event), definition, repetition);
  } else leaf.add(value.in(event), definition, repetition);
}
