import { expect, it } from "vitest";
import { fromByteText, toByteText } from "../../lib/ocsf/byte-text.ts";
import { columnsOfAll } from "../../lib/ocsf/columns.ts";
import type { EventContext } from "../../lib/ocsf/enrichments.ts";
import type { OcsfEvent } from "../../lib/ocsf/event.ts";
import { eventLines } from "../../lib/ocsf/event-lines.ts";
import { FilledTemplate } from "../../lib/ocsf/event-templates.ts";
import { EventMaker, type LineEvent } from "../../lib/ocsf/line-events.ts";
import { ParquetEvents } from "../../lib/ocsf/parquet/parquet-events.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { exampleContext } from "./example-context.ts";
import { exampleLines, knownActions } from "./example-lines.ts";
import { mutate } from "./mutate.ts";
import { toEvent } from "./to-event.ts";

const SOURCE = "acme";
const VERSION = "1.5.0";

/** What may stand for a value, as it is written in a line. */
const RAW_VALUES = [
  ...['""', '"x"', '" "', '"USLACKUSER"', '"user"', '"file"', '"__proto__"', '"user_login"'],
  ...['"a@example.com"', '"a@b"', '"203.0.113.9"', '"2001:db8::1"', '"1.2.3.256"'],
  ...['"a\\/b"', '"\\\\/"', '"\\""', '"\\n\\u0000"', '"\\u00e4"', '"\\ud83d\\ude00"', '"\\ud83d"'],
  ...['"ä€💥"', '"\\q"', '"\t"', '"\u007f"', '"1e5"', `"${"0123456789abcdef".repeat(2)}"`],
  ...["0", "-0", "7", "-7", "01", "1.5", "1e3", "123456789012345", "1234567890123456"],
  ...["9007199254740993", "12345678901234567890", "100000000000000000000", "-9007199254740993"],
  ...["null", "true", "false", "{}", "[]", '["a"]', '["a","b"]', "[1]", '[""]', '{"id":"x"}'],
  ...['{"1":"a","0":"b"}', '{"a":"x","a":null}', '{"a":null,"a":"x"}', '{"\\u0061":"x"}', "{"],
] as unknown as readonly [string, ...string[]];

/** A line like an example, some of whose values are others. */
function disturb(example: string, random: SeededRandom, share: number): string {
  const values = /(?<=:)("(?:[^"\\]|\\.)*"|-?\d[\d.]*)(?=[,}])/g;
  const disturbed = example.replace(values, (value) =>
    random.chance(share) ? random.pick(RAW_VALUES) : value,
  );
  return random.chance(0.05) ? disturbed.replaceAll(",", " , ").replaceAll(":", ": ") : disturbed;
}

function linesOf(count: number): string[] {
  const random = new SeededRandom(11);
  const examples = exampleLines([...knownActions(), "an_action_of_tomorrow"]) as [string];
  // Few of them, so that many lines have the shape of another.
  const few = Array.from({ length: 60 }, () => random.pick(examples)) as [string, ...string[]];
  return Array.from({ length: count }, (_, at) => {
    if (at % 10 === 0) return mutate(random.pick(examples), random).replaceAll("\n", " ");
    return disturb(random.pick(few), random, random.pick([0, 0.02, 0.3]));
  });
}

function eventsOf(lines: readonly string[], context?: EventContext): LineEvent[] {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return [...new EventMaker(SOURCE, VERSION, context).events(text)];
}

function written(event: LineEvent): string {
  return Array.from(eventLines([event]), (piece) => `${piece}`).join("");
}

it("makes the event of each line, whether it is like another or not", () => {
  const lines = linesOf(8_000);
  const events = eventsOf(lines);

  expect(events).toHaveLength(lines.length);
  for (const [at, event] of events.entries()) {
    const line = lines[at] as string;
    const made = toEvent(toByteText(line), SOURCE, VERSION);
    expect(written(event), line).toBe(fromByteText(`${JSON.stringify(made)}\n`));
    expect([event.time, event.class_uid], line).toEqual([made.time, made.class_uid]);
  }
  const filled = events.filter((event) => event instanceof FilledTemplate);
  expect(filled.length).toBeGreaterThan(lines.length / 4);
});

it("has the same columns, to the byte, as the events of lines that are like no other", () => {
  const lines = linesOf(3_000);
  const ofLines = new ParquetEvents(columnsOfAll());
  const ofObjects = new ParquetEvents(columnsOfAll());
  for (const event of eventsOf(lines)) ofLines.add(event);
  for (const line of lines) ofObjects.add(toEvent(toByteText(line), SOURCE, VERSION));

  expect(Buffer.from(ofLines.finish()).equals(ofObjects.finish())).toBe(true);
});

const DEEP = (text: string) => `${"[".repeat(31)}${text}${"]".repeat(31)}`;

it.each([
  ["a line break of Windows", '{"action":"user_login"}\r', '{"action":"user_login"}\r'],
  ["a tab between names", '{\t"action":"user_login"}', '{\t"action":"user_login"}'],
  ["nothing but a control character", "\u0001", "\u0001"],
  ["a text that does not end", '{"a":{"}}', '{"a":{}}'],
  ["a sign without a number", '{"a":-null}', '{"a":null}'],
  [
    "a name that comes twice, and a text that was too deep",
    `{"deep":${DEEP("[]")},"a":"[]","a":"[]"}`,
    `{"deep":${DEEP("x")},"a":"x","a":"y"}`,
  ],
])("learns nothing wrong from %s", (_, line, another) => {
  const lines = [line, another, line, another];

  expect(eventsOf(lines).map(written)).toEqual(
    lines.map((one) => `${JSON.stringify(toEvent(toByteText(one), SOURCE, VERSION))}\n`),
  );
});

it("goes on when it has learned as much as it may", () => {
  const lines = Array.from({ length: 6_000 }, (_, at) => `{"action":"made_up_${at % 2_500}"}`);
  const events = eventsOf(lines);

  expect(events.map(written)).toEqual(
    lines.map((line) =>
      fromByteText(`${JSON.stringify(toEvent(toByteText(line), SOURCE, VERSION))}\n`),
    ),
  );
});

/** Addresses and people of whom the files of the example say something, each something else. */
const KNOWN_VALUES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  ip_address: ["192.0.2.0", "192.0.2.1", "192.0.2.2", "203.0.113.9", "2001:db8::1", "none"],
  email: ["bo@example.com", "Bo@Example.com", "al@example.com", "bo", "b\\u006f@example.com"],
};

function linesOfKnown(count: number): string[] {
  const random = new SeededRandom(12);
  return linesOf(count).map((line) =>
    line.replace(/(?<="(ip_address|email)":")[^"\\]*(?=")/g, (_, name: string) =>
      random.pick(KNOWN_VALUES[name] as readonly [string, ...string[]]),
    ),
  );
}

it("adds to the event of each line what is known, whether it is like another or not", () => {
  const lines = linesOfKnown(3_000);
  const events = eventsOf(lines, exampleContext());
  const ofLines = new ParquetEvents(columnsOfAll());
  const ofObjects = new ParquetEvents(columnsOfAll());

  for (const [at, event] of events.entries()) {
    const line = lines[at] as string;
    const [alone] = eventsOf([line], exampleContext()) as [LineEvent];
    expect(alone).not.toBeInstanceOf(FilledTemplate);
    expect(written(event), line).toBe(written(alone));
    ofLines.add(event);
    ofObjects.add(alone);
  }
  expect(Buffer.from(ofLines.finish()).equals(ofObjects.finish())).toBe(true);
  const filled = events.filter((event) => event instanceof FilledTemplate);
  expect(filled.length).toBeGreaterThan(lines.length / 4);
  const forms = new Set(filled.map((event) => formOf(JSON.parse(written(event)))));
  expect(forms.size).toBeGreaterThan(10);
});

/** Which members an event has that local files add. */
function formOf({ src_endpoint, device, enrichments = [] }: OcsfEvent): string {
  const added = enrichments as { name: string; data: object }[];
  return JSON.stringify([
    Object.keys({ ...(src_endpoint as object), ...(device as object) }),
    ...added.map(({ name, data }) => [name, Object.keys(data)]),
  ]);
}

it("learns a shape once, whatever is known of its addresses and people", () => {
  const lines = linesOfKnown(2_000).filter((line) => line.includes('"ip_address":"192.0.2.'));
  const countFilled = (context?: EventContext) =>
    eventsOf(lines, context).filter((event) => event instanceof FilledTemplate).length;

  expect(countFilled(exampleContext())).toBe(countFilled());
});
