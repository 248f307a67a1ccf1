import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";

/** Moves the cursor to the start of the line, to draw it again. */
const LINE_START = "\u001b[G";

class Keyboard extends PassThrough {
  readonly isTTY = true;
  /** Each mode that it was set to: in raw mode a terminal echoes nothing. */
  readonly rawModes: boolean[] = [];

  setRawMode(isRaw: boolean): void {
    this.rawModes.push(isRaw);
  }
}

/** A terminal at which a test types. */
export class FakeTerminal {
  readonly input = new Keyboard();
  readonly output = new PassThrough();
  #screen = "";

  constructor() {
    this.output.on("data", (chunk) => {
      this.#screen += chunk;
    });
  }

  get rawModes(): readonly boolean[] {
    return this.input.rawModes;
  }

  /** Hit these keys once something is shown. */
  async type(keys: string): Promise<void> {
    while (this.#screen === "") await new Promise((resolve) => setImmediate(resolve));
    this.input.write(keys);
  }

  /** Each different line that was on the screen at some time, without colors. */
  shown(): string[] {
    const lines = stripVTControlCharacters(this.#screen.replaceAll(LINE_START, "\n"))
      .split(/[\r\n]/)
      .map((line) => line.trimEnd())
      .filter((line) => line !== "");
    return [...new Set(lines)];
  }
}
