const ASTRAL = /[\u{10000}-\u{10ffff}]/gu;

/**
 * JSON as Slack's servers write it: compact, `/` as `\/`, and characters
 * outside the basic plane as `\u` pairs; other letters stay UTF-8.
 */
export function toWireJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("/", "\\/").replace(ASTRAL, escapeUtf16);
}

function escapeUtf16(character: string): string {
  let escaped = "";
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}
