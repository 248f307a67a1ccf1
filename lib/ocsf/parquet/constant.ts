/** What many rows have, or lack: it is looked up once a chunk. */
export class Constant {
  readonly value: unknown;
  readonly definition: number;
  readonly repetition: number;
  /** In which it was looked up. */
  chunk = -1;
  index = 0;

  /** See `LeafColumn.add`. */
  constructor(value: unknown, definition: number, repetition: number) {
    this.value = value;
    this.definition = definition;
    this.repetition = repetition;
  }
}
