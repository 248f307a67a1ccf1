import type { ColumnType } from "../columns.ts";
import { jsonOf } from "../json-of-slots.ts";
import { leafTexts } from "../leaf-texts.ts";
import type { Members } from "../members.ts";
import type { LeafColumnOptions } from "./leaf-column.ts";

/**
 * A column, or what is below one: takes a value apart into those of its leaves, with the levels
 * that say how much of a path is there and which list goes on, as Dremel does.
 *
 * @see https://research.google/pubs/dremel-interactive-analysis-of-web-scale-datasets-2/
 */
export interface Shredder<L extends Leaf = Leaf> {
  /** In the order of the schema. */
  readonly leaves: readonly L[];
  /**
   * @param value - absent when undefined or null; may have slots
   * @param definition - how much of the path is there without this value
   * @param repetition - which list of the path goes on
   */
  add(value: unknown, definition: number, repetition: number): void;
}

/** What takes the values of a primitive column, as they come. */
export interface Leaf {
  /**
   * @param value - absent when undefined or null
   * @param definition - how much of the path is there without this leaf
   * @param repetition - which list of the path goes on
   */
  add(value: unknown, definition: number, repetition: number): void;
}

type MakeLeaf<L> = (options: LeafColumnOptions) => L;

/** Where in the schema a column is. */
interface Place {
  path: readonly string[];
  /** Of what it is part of. */
  definition: number;
  /** Lists that it is in. */
  repetition: number;
}

export function shredderOf<L extends Leaf>(
  name: string,
  type: ColumnType,
  makeLeaf: MakeLeaf<L>,
): Shredder<L> {
  return shredderAt({ path: [name], definition: 0, repetition: 0 }, type, makeLeaf);
}

function shredderAt<L extends Leaf>(
  place: Place,
  type: ColumnType,
  makeLeaf: MakeLeaf<L>,
): Shredder<L> {
  const { path, definition, repetition } = place;
  if (type === "map") return new MapShredder(place, makeLeaf);
  if (type === "json") return new JsonShredder(makeLeaf(optionsOf("string", place)));
  if (typeof type === "string") return new LeafShredder(makeLeaf(optionsOf(type, place)));
  if (Array.isArray(type)) {
    const element = { path: [...path, "list", "element"], definition: definition + 2 };
    return new ListShredder(
      shredderAt({ ...element, repetition: repetition + 1 }, type[0], makeLeaf),
      repetition + 1,
    );
  }
  return new StructShredder(
    Object.entries(type).map(([name, field]) => {
      const child = { path: [...path, name], definition: definition + 1, repetition };
      return [name, shredderAt(child, field, makeLeaf)];
    }),
  );
}

const LEAF_TYPES = {
  string: "BYTE_ARRAY",
  unique: "BYTE_ARRAY",
  integer: "INT32",
  long: "INT64",
  boolean: "BOOLEAN",
} as const;

function optionsOf(
  type: keyof typeof LEAF_TYPES,
  { path, definition, repetition }: Place,
): LeafColumnOptions {
  return {
    path,
    type: LEAF_TYPES[type],
    isUnique: type === "unique",
    maxDefinition: definition + 1,
    maxRepetition: repetition,
  };
}

class LeafShredder<L extends Leaf> implements Shredder<L> {
  readonly leaves: readonly L[];
  readonly #leaf: L;

  constructor(leaf: L) {
    this.leaves = [leaf];
    this.#leaf = leaf;
  }

  add(value: unknown, definition: number, repetition: number): void {
    this.#leaf.add(value, definition, repetition);
  }
}

class JsonShredder<L extends Leaf> extends LeafShredder<L> {
  override add(value: unknown, definition: number, repetition: number): void {
    super.add(jsonOf(value), definition, repetition);
  }
}

class StructShredder<L extends Leaf> implements Shredder<L> {
  readonly leaves: readonly L[];
  readonly #fields: readonly (readonly [string, Shredder<L>])[];

  constructor(fields: readonly (readonly [string, Shredder<L>])[]) {
    this.#fields = fields;
    this.leaves = fields.flatMap(([, { leaves }]) => leaves);
  }

  add(value: unknown, definition: number, repetition: number): void {
    if (value === undefined) {
      for (const leaf of this.leaves) leaf.add(undefined, definition, repetition);
      return;
    }
    for (const [name, field] of this.#fields) {
      field.add((value as Members)[name], definition + 1, repetition);
    }
  }
}

class ListShredder<L extends Leaf> implements Shredder<L> {
  readonly leaves: readonly L[];
  readonly #element: Shredder<L>;
  readonly #repetition: number;

  constructor(element: Shredder<L>, repetition: number) {
    this.leaves = element.leaves;
    this.#element = element;
    this.#repetition = repetition;
  }

  add(value: unknown, definition: number, repetition: number): void {
    const items = (value ?? []) as unknown[];
    if (items.length === 0) {
      this.#element.add(undefined, value === undefined ? definition : definition + 1, repetition);
    }
    for (let at = 0; at < items.length; at++) {
      this.#element.add(items[at], definition + 2, at === 0 ? repetition : this.#repetition);
    }
  }
}

/** A list of pairs, as Parquet has it. */
class MapShredder<L extends Leaf> implements Shredder<L> {
  readonly leaves: readonly L[];
  readonly #key: L;
  readonly #value: L;
  readonly #repetition: number;

  constructor({ path, definition, repetition }: Place, makeLeaf: MakeLeaf<L>) {
    this.#repetition = repetition + 1;
    const leaf = (name: string, above: number) =>
      makeLeaf(
        optionsOf("string", {
          path: [...path, "key_value", name],
          definition: above,
          repetition: this.#repetition,
        }),
      );
    this.#key = leaf("key", definition + 1); // is required: there is no pair without it
    this.#value = leaf("value", definition + 2);
    this.leaves = [this.#key, this.#value];
  }

  add(value: unknown, definition: number, repetition: number): void {
    const texts = value === undefined ? NONE : leafTexts(value);
    if (texts.size === 0) {
      const level = value === undefined ? definition : definition + 1;
      for (const leaf of this.leaves) leaf.add(undefined, level, repetition);
    }
    let level = repetition;
    for (const [path, text] of texts) {
      this.#key.add(path, definition + 1, level);
      this.#value.add(text, definition + 2, level);
      level = this.#repetition;
    }
  }
}

const NONE: ReadonlyMap<string, unknown> = new Map();
