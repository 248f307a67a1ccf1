import { showControls } from "./controls.ts";

/** A name and its value; an empty name continues the line above. */
export type StatusLine = readonly [name: string, value: string];

/** Names and values in two aligned columns, without a frame. */
export function renderStatusLines(lines: readonly StatusLine[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${showControls(value)}`).join("\n");
}
