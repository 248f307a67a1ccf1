import { BYTE_ENCODING, type ByteText } from "./byte-text.ts";
import { JsonOfSlots } from "./json-of-slots.ts";
import { shapeOf } from "./line-shape.ts";
import { type Line, NO_LINE } from "./lines.ts";
import { type Decision, type Members, Remains, type Text, toText } from "./members.ts";
import { ShapeTree } from "./shape-tree.ts";
import {
  Calculated,
  type KnownValues,
  type LookUp,
  Slot,
  type Values,
  WHOLE_LINE,
} from "./slots.ts";

/** Slack's are some hundreds; what somebody else makes up does not stay for long. */
const TEMPLATES_MAX = 1000;

/** Compared one after the other. */
const RECENT_ANSWERS = 4;

/** Of lines; to learn from one takes longer than to make its event, and pays when others are like it. */
const LEARNED_SHARE = 1 / 20;

/** The event of all lines of a shape that are alike in what it depends on. */
export interface EventTemplate {
  /** With slots, instead of what a line has there. */
  event: Members;
  json: JsonOfSlots;
}

/** The event of one line. */
export class FilledTemplate implements KnownValues {
  readonly template: EventTemplate;
  readonly line: Line;
  readonly unescaped: Buffer;
  readonly ends: Uint32Array;
  readonly firstEnd: number;
  readonly needsEscapes: boolean;
  lookUp: LookUp | undefined;
  found: unknown;
  #time: number | undefined;

  constructor(template: EventTemplate, values: Values) {
    this.template = template;
    this.line = values.line;
    this.unescaped = values.unescaped;
    this.ends = values.ends;
    this.firstEnd = values.firstEnd;
    this.needsEscapes = values.needsEscapes;
  }

  get jsonBytesMax(): number {
    return this.template.json.bytesMax(this);
  }

  /** @returns where the JSON ends in the target */
  writeJson(target: Buffer, start: number): number {
    return this.template.json.write(this, target, start);
  }

  get class_uid(): number {
    return this.template.event.class_uid as number;
  }

  /** Epoch milliseconds. */
  get time(): number {
    if (this.#time === undefined) {
      const { time } = this.template.event;
      this.#time = (time instanceof Calculated ? time.in(this) : time) as number;
    }
    return this.#time;
  }
}

/**
 * Makes the event of an entry; of one of slots, an event of slots.
 *
 * @param remains - is taken apart
 * @param line - the text that the entry was parsed from
 */
export type DescribeEntry = (remains: Remains, line: Text) => Members;

/** What an event depends on, besides the shape of its line. */
interface Question extends Omit<Decision, "answer"> {
  answers: Map<string | boolean, Answer>;
  /** Texts that are looked for first, in the line, without making a string. */
  recent: Answer[];
}

interface Answer {
  /** Of a text. */
  bytes: Buffer;
  next: Question | EventTemplate;
}

/**
 * Events by the shapes of their lines. An organization has few shapes of lines, so that hardly any
 * line is parsed, and hardly any event is put together: constant pieces are known, and values of
 * the line stand between them.
 */
export class EventTemplates {
  readonly #describe: DescribeEntry;
  #shapes = new ShapeTree<Question | EventTemplate>();
  #known = 0;
  /** So many, before the share of lines that follow. */
  #toLearn = TEMPLATES_MAX;

  constructor(describe: DescribeEntry) {
    this.#describe = describe;
  }

  /** @returns nothing for a line of which no such line was learned */
  fill(line: Line): FilledTemplate | undefined {
    this.#toLearn = Math.min(this.#toLearn + LEARNED_SHARE, TEMPLATES_MAX);
    const shapes = this.#shapes;
    const found = shapes.read(line);
    const template = found && templateOf(found, shapes);
    const filled = template && new FilledTemplate(template, shapes);
    shapes.line = NO_LINE; // Or all lines of its object would be kept.
    return filled;
  }

  /**
   * Learn from a line, so that lines like it can be filled.
   *
   * @param line - as it is
   * @param entry - what was parsed from it
   */
  learn(line: ByteText, entry: Members): void {
    if (this.#toLearn < 1) return;
    this.#toLearn -= 1;
    const shape = shapeOf(line, entry);
    if (shape === undefined) return;
    if (this.#known === TEMPLATES_MAX) {
      this.#shapes = new ShapeTree();
      this.#known = 0;
    }
    this.#known += 1;
    const remains = new Remains(shape.entry);
    const event = this.#describe(remains, toText(WHOLE_LINE));
    const template = { event, json: new JsonOfSlots(event) };
    this.#shapes.set(shape, (before) => withAnswers(before, remains.decisions, template));
  }
}

function templateOf(events: Question | EventTemplate, values: Values): EventTemplate | undefined {
  let found: Question | EventTemplate | undefined = events;
  while (found !== undefined && "answers" in found) found = answerOf(found, values)?.next;
  return found;
}

function answerOf(question: Question, values: Values): Answer | undefined {
  const { text, ask, answers, recent } = question;
  if (ask !== undefined) return answers.get(ask(text.in(values)));
  if (!(text instanceof Slot)) return answers.get(text.in(values));
  for (let at = 0; at < recent.length; at++) {
    const answer = recent[at] as Answer;
    if (text.isIn(values, answer.bytes)) return answer;
  }
  const answer = answers.get(text.in(values));
  if (answer !== undefined) {
    if (recent.length === RECENT_ANSWERS) recent.shift();
    recent.push(answer);
  }
  return answer;
}

function withAnswers(
  known: Question | EventTemplate | undefined,
  [decision, ...rest]: readonly Decision[],
  template: EventTemplate,
): Question | EventTemplate {
  if (decision === undefined) return template;
  const { answer, ...asked } = decision;
  const question = (known ?? { ...asked, answers: new Map(), recent: [] }) as Question;
  const before = question.answers.get(answer);
  const next = withAnswers(before?.next, rest, template);
  if (before !== undefined) before.next = next;
  else question.answers.set(answer, { bytes: Buffer.from(String(answer), BYTE_ENCODING), next });
  return question;
}
