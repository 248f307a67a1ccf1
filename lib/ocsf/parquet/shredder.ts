import type { ColumnType } from "../columns.ts";
import { leafTexts } from "../leaf-texts.ts";
import type { Members } from "../members.ts";
import { LeafColumn } from "./leaf-column.ts";

/**
 * A column, or what is below one: takes a value apart into those of its leaves, with the levels
 * that say how much of a path is there and which list goes on, as Dremel does.
 *
 * @see https://research.google/pubs/dremel-interactive-analysis-of-web-scale-datasets-2/
 */
export interface Shredder {
  /** In the order of the schema. */
  readonly leaves: readonly LeafColumn[];
  /**
   * @param value - absent when undefined or null
   * @param definition - how much of the path is there without this value
   * @param repetition - which list of the path goes on
   */
  add(value: unknown, definition: number, repetition: number): void;
}

/** Where in the schema a column is. */
interface Place {
  path: readonly string[];
  /** Of what it is part of. */
  definition: number;
  /** Lists that it is in. */
  repetition: number;
}

export function shredderOf(type: ColumnType, place: Place): Shredder {
  const { path, definition, repetition } = place;
  if (type === "map") return new MapShredder(place);
  if (type === "json") return new JsonShredder(leafOf("string", place));
  if (typeof type === "string") return leafOf(type, place);
  if (Array.isArray(type)) {
    const element = { path: [...path, "list", "element"], definition: definition + 2 };
    return new ListShredder(
      shredderOf(type[0], { ...element, repetition: repetition + 1 }),
      repetition + 1,
    );
  }
  return new StructShredder(
    Object.entries(type).map(([name, field]) => {
      const child = { path: [...path, name], definition: definition + 1, repetition };
      return [name, shredderOf(field, child)];
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

function leafOf(
  type: keyof typeof LEAF_TYPES,
  { path, definition, repetition }: Place,
): LeafColumn {
  return new LeafColumn({
    path,
    type: LEAF_TYPES[type],
    isUnique: type === "unique",
    maxDefinition: definition + 1,
    maxRepetition: repetition,
  });
}

class JsonShredder implements Shredder {
  readonly leaves: readonly LeafColumn[];
  readonly #leaf: LeafColumn;

  constructor(leaf: LeafColumn) {
    this.leaves = [leaf];
    this.#leaf = leaf;
  }

  add(value: unknown, definition: number, repetition: number): void {
    this.#leaf.add(JSON.stringify(value), definition, repetition);
  }
}

class StructShredder implements Shredder {
  readonly leaves: readonly LeafColumn[];
  readonly #fields: readonly (readonly [string, Shredder])[];

  constructor(fields: readonly (readonly [string, Shredder])[]) {
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

class ListShredder implements Shredder {
  readonly leaves: readonly LeafColumn[];
  readonly #element: Shredder;
  readonly #repetition: number;

  constructor(element: Shredder, repetition: number) {
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
class MapShredder implements Shredder {
  readonly leaves: readonly LeafColumn[];
  readonly #key: LeafColumn;
  readonly #value: LeafColumn;
  readonly #repetition: number;

  constructor({ path, definition, repetition }: Place) {
    this.#repetition = repetition + 1;
    const leaf = (name: string, above: number) =>
      leafOf("string", {
        path: [...path, "key_value", name],
        definition: above,
        repetition: this.#repetition,
      });
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

const NONE: ReadonlyMap<string, string> = new Map();
