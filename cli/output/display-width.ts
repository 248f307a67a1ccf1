import stringWidth from "string-width";

const ONE_COLUMN_EACH = /^[ -~]*$/;

/** Characters as a person sees them: a letter with its accents, an emoji of several parts. */
const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text takes on a terminal: two for a Chinese character, none for an accent. */
export function displayWidth(text: string): number {
  return ONE_COLUMN_EACH.test(text) ? text.length : stringWidth(text);
}

/** Cut a text into lines of this many columns at most. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let lineWidth = 0;
  for (const { segment } of CHARACTERS.segment(text)) {
    const segmentWidth = displayWidth(segment);
    if (lineWidth + segmentWidth > width) {
      lines.push(line);
      line = "";
      lineWidth = 0;
    }
    line += segment;
    lineWidth += segmentWidth;
  }
  return [...lines, line];
}

/**
 * Break a text between words, so that its lines have this many columns at most; a longer word
 * has a line to itself.
 *
 * @param indent - begins each line
 * @param width - without it, the text stays one line
 */
export function wrapWords(text: string, indent: string, width = Number.POSITIVE_INFINITY): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && displayWidth(line) <= width) lines.splice(-1, 1, line);
    else lines.push(indent + word);
  }
  return lines.join("\n");
}

/** The text with spaces after it, this many columns wide at least. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}
