import { expect, it } from "vitest";
import { toByteTexts } from "../../lib/ocsf/byte-text.ts";
import type { OcsfEvent } from "../../lib/ocsf/event.ts";
import { eventLines } from "../../lib/ocsf/event-lines.ts";

/** Texts in which a unit of UTF-16 takes one byte, two or three, and two take four; half a pair; and one longer than a piece. */
const TEXTS = [
  "plain",
  "é".repeat(3),
  "漢字",
  "🦊",
  "\ud83d",
  "\n",
  "漢".repeat(200_000),
  "after it",
];

it("gives each event a line, in pieces of whole lines", () => {
  const events = Array.from({ length: 3_000 }, (_, i) => ({ raw_data: TEXTS[i % 500] ?? "x" }));
  const pieces = Array.from(eventLines(toByteTexts(events) as OcsfEvent[]), (piece) => `${piece}`);

  expect(pieces.length).toBeGreaterThan(6);
  for (const piece of pieces) expect(piece.endsWith("\n")).toBe(true);
  const lines = pieces.join("").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
});

it("gives nothing for no event", () => {
  expect([...eventLines([])]).toEqual([]);
});
