import { membersOf } from "./members.ts";

/**
 * An object whose members nobody knows beforehand, as columns have it: the path of each leaf with
 * its text, such as `details.type`. Arrays are leaves, as JSON. Both are well-formed, as UTF-8 is:
 * a surrogate by itself becomes U+FFFD. Where two paths are alike, the later has its number beside
 * it.
 */
export function leafTexts(value: unknown): Map<string, string> {
  const texts = new Map<string, string>();
  addLeaves(value, "", texts);
  return texts;
}

function addLeaves(value: unknown, path: string, texts: Map<string, string>): void {
  if (value === undefined) return; // was taken
  const members = membersOf(value);
  if (members !== undefined && (path === "" || Object.keys(members).length > 0)) {
    for (const [name, child] of Object.entries(members)) {
      addLeaves(child, path === "" ? name : `${path}.${name}`, texts);
    }
    return;
  }
  const wellFormed = path.toWellFormed();
  let free = wellFormed;
  for (let number = 2; texts.has(free); number++) free = `${wellFormed} (${number})`;
  texts.set(free, typeof value === "string" ? value.toWellFormed() : JSON.stringify(value));
}
