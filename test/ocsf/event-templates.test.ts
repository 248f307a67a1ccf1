import { expect, it, vi } from "vitest";
import { type DescribeEntry, EventTemplates } from "../../lib/ocsf/event-templates.ts";
import { linesOf } from "../../lib/ocsf/lines.ts";
import { parseLine } from "../../lib/ocsf/parse-line.ts";

const ENTRIES = 20_000;
/** Of 1,000 at first, and then of one line in twenty. */
const LEARNED_MAX = 1_000 + ENTRIES / 20;

it.each([
  ["shapes", (at: number) => `{"action":"user_login","k${at}":"x"}`],
  ["actions of one shape", (at: number) => `{"action":"made_up_${at}"}`],
  ["answers to each question", (at: number) => `{"action":"made_up_${at}","id":"${at % 3}"}`],
])("learns from few lines of a flood of %s", (_, lineOf) => {
  const describe = vi.fn<DescribeEntry>((remains, line) => ({
    action: remains.read(remains.takeText(remains.entry, "action") as never),
    isSpecial: [0, 1, 2].some((text) => {
      const id = remains.text(remains.entry, "id");
      return id !== undefined && remains.ask(id, (id) => id === `${text}`);
    }),
    raw_data: line,
  }));
  const templates = new EventTemplates(describe);
  const lines = Array.from({ length: ENTRIES }, (_, at) => `${lineOf(at)}\n`).join("");
  let filled = 0;
  for (const line of linesOf(Buffer.from(lines))) {
    if (templates.fill(line) !== undefined) filled += 1;
    else templates.learn(line.toText(), parseLine(line.toText()) ?? {});
  }

  expect(filled).toBe(0);
  expect(describe.mock.calls.length).toBeGreaterThan(1_000);
  expect(describe.mock.calls.length).toBeLessThanOrEqual(LEARNED_MAX);
});
