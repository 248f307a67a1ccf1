import { expect, it } from "vitest";
import { fromByteText } from "../../lib/ocsf/byte-text.ts";
import { linesOf } from "../../lib/ocsf/lines.ts";

function textsOf(lines: Buffer): string[] {
  return Array.from(linesOf(lines), (line) => fromByteText(line.toText()));
}

it("gives each line once, in order, of any length and in any script", () => {
  const lines = ["", "a", "ä€😀", "x".repeat(200_000), "é".repeat(70_000), ..."many"].flatMap(
    (line) => Array.from({ length: 3 }, (_, at) => `${line}${at}`),
  );

  expect(textsOf(Buffer.from(`${lines.join("\n")}\n\n`))).toEqual([...lines, ""]);
});

it("gives U+FFFD for what is no UTF-8, and all else as it is", () => {
  const lines = [Buffer.from("ä\n"), Buffer.of(0x61, 0xe4, 0x62, 0x0a), Buffer.from("🦊\n")];

  expect(textsOf(Buffer.concat(lines))).toEqual(["ä", "a\ufffdb", "🦊"]);
});

it("gives nothing of nothing", () => {
  expect(textsOf(Buffer.of())).toEqual([]);
});
