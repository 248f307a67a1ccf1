import type { SchemaVersion } from "./classes.ts";
import { type EventContext, enrichEvent } from "./enrichments.ts";
import { type OcsfEvent, toEvent } from "./event.ts";
import { EventTemplates, type FilledTemplate } from "./event-templates.ts";
import { type Line, linesOf } from "./lines.ts";
import { parseLine } from "./parse-line.ts";

/** The event of a line: most are filled templates. */
export type LineEvent = OcsfEvent | FilledTemplate;

/** Makes events of the lines of one source. Lines like those before them take a third of the time. */
export class EventMaker {
  readonly #source: string;
  readonly #version: SchemaVersion;
  readonly #context: EventContext | undefined;
  /** Absent where each event gets something of its own. */
  readonly #templates: EventTemplates | undefined;

  /**
   * @param source - where lines come from: the organization, as the configuration names it
   * @param context - what is added to each event
   */
  constructor(source: string, version: SchemaVersion, context?: EventContext) {
    this.#source = source;
    this.#version = version;
    this.#context = context;
    this.#templates = context === undefined ? new EventTemplates(source, version) : undefined;
  }

  /**
   * @param lines - of an object, each with its line break; what is not UTF-8 becomes U+FFFD
   * @returns the event of each, made when it is asked for
   */
  *events(lines: Buffer): Generator<LineEvent> {
    for (const line of linesOf(lines)) yield this.#eventOf(line);
  }

  #eventOf(line: Line): LineEvent {
    const filled = this.#templates?.fill(line);
    if (filled !== undefined) return filled;
    const text = line.toText();
    const entry = parseLine(text);
    if (entry !== undefined) this.#templates?.learn(text, entry);
    const event = toEvent(text, this.#source, this.#version, entry ?? {});
    if (this.#context !== undefined) enrichEvent(event, this.#context);
    return event;
  }
}
