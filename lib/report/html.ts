/** Text that is HTML already: what `html` made, and what the page's own code wrote. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

type Value = Markup | string | number | false | null | undefined | readonly Value[];

/** Longer texts are cut: Slack's names have no limit, and a page must stay one that people read. */
const CHARACTERS_MAX = 240;

/**
 * HTML with values in it. Whatever is not Markup stands in it as text, in an element as in an
 * attribute between double quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(strings.reduce((text, string, i) => text + toHtml(values[i - 1]) + string, ""));
}

function toHtml(value: Value): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(toHtml).join("");
  return escapeText(String(value));
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Controls, line separators, halves of characters, and marks that turn the order of a text around. */
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu;

/**
 * What somebody else wrote, such as a file's name: on one line, with what is not to be seen as
 * its code (`\u202e`), and cut to a length.
 */
export function visibleText(text: string, charactersMax = CHARACTERS_MAX): string {
  // A character is at most two units; a megabyte is not taken apart.
  const start = [...text.slice(0, 2 * charactersMax + 2)];
  const cut =
    start.length > charactersMax ? `${start.slice(0, charactersMax - 1).join("")}…` : text;
  return cut.replace(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
