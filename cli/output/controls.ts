/**
 * Texts of entries, and names of files, may hold anything: characters that a terminal
 * obeys, or that turn the order of what is read around. They are printed as `\u001b`.
 */

/** C0, DEL, C1, line and paragraph separators, and the marks that set a direction. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text on one line, with its control characters visible. */
export function showControls(text: string): string {
  return text.replace(CONTROLS, toEscape);
}

/** The same text with its line breaks and tabs, which a cell of a CSV file may have. */
export function showControlsOfLines(text: string): string {
  return text.replace(CONTROLS, (control) =>
    control === "\n" || control === "\t" ? control : toEscape(control),
  );
}

/** JSON on one line that says the same in characters that every terminal prints. */
export function toJsonLine(value: unknown): string {
  // Such a character is only ever in a string, where its escape means the same.
  return showControls(JSON.stringify(value));
}

function toEscape(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
