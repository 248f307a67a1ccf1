import type { SchemaVersion } from "./classes.ts";
import { Enricher, type EventContext } from "./enrichments.ts";
import { describeEntry, type OcsfEvent } from "./event.ts";
import { type DescribeEntry, EventTemplates, type FilledTemplate } from "./event-templates.ts";
import { type Line, linesOf } from "./lines.ts";
import { Remains, toText } from "./members.ts";
import { parseLine } from "./parse-line.ts";

/** The event of a line: most are filled templates. */
export type LineEvent = OcsfEvent | FilledTemplate;

/** Makes events of the lines of one source. Lines like those before them take a third of the time. */
export class EventMaker {
  readonly #describe: DescribeEntry;
  readonly #templates: EventTemplates;

  /**
   * @param source - where lines come from: the organization, as the configuration names it
   * @param context - what is added to each event
   */
  constructor(source: string, version: SchemaVersion, context?: EventContext) {
    const enricher = context && new Enricher(context);
    this.#describe = (remains, line) => {
      const event = describeEntry(remains, line, source, version);
      enricher?.enrich(remains, event);
      return event;
    };
    this.#templates = new EventTemplates(this.#describe);
  }

  /**
   * @param lines - of an object, each with its line break; what is not UTF-8 becomes U+FFFD
   * @returns the event of each, made when it is asked for
   */
  *events(lines: Buffer): Generator<LineEvent> {
    for (const line of linesOf(lines)) yield this.#eventOf(line);
  }

  #eventOf(line: Line): LineEvent {
    const filled = this.#templates.fill(line);
    if (filled !== undefined) return filled;
    const text = line.toText();
    const entry = parseLine(text);
    if (entry !== undefined) this.#templates.learn(text, entry);
    return this.#describe(new Remains(entry ?? {}), toText(text)) as OcsfEvent;
  }
}
