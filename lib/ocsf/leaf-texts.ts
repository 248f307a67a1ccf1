import { asBytes } from "./byte-text.ts";
import { type JsonOfSlots, jsonOf } from "./json-of-slots.ts";
import { membersOf } from "./members.ts";
import { Slot } from "./slots.ts";

/** Of a value with slots, a slot or JSON with them. */
type LeafText = string | Slot | JsonOfSlots;

/**
 * An object whose members nobody knows beforehand, as columns have it: the path of each leaf with
 * its text, such as `details.type`. Arrays are leaves, as JSON. A surrogate by
 * itself becomes U+FFFD. Where two paths are alike, the later has its number beside
 * it.
 */
export function leafTexts(value: unknown): Map<string, LeafText> {
  const texts = new Map<string, LeafText>();
  addLeaves(value, "", texts);
  return texts;
}

function addLeaves(value: unknown, path: string, texts: Map<string, LeafText>): void {
  if (value === undefined) return; // was taken
  const members = membersOf(value);
  if (members !== undefined && (path === "" || Object.keys(members).length > 0)) {
    for (const name of Object.keys(members)) {
      const child = members[name];
      if (child !== undefined) addLeaves(child, pathOf(path, name), texts);
    }
    return;
  }
  let free = path;
  for (let number = 2; texts.has(free); number++) free = `${path} (${number})`;
  const text = textOf(value);
  texts.set(free, typeof text === "string" ? asBytes(text) : text);
}

function textOf(leaf: unknown): LeafText {
  if (leaf instanceof Slot) return leaf;
  return typeof leaf === "object" ? jsonOf(leaf) : String(leaf);
}

/** Slack's are some hundreds; what somebody else makes up does not stay for long. */
const KNOWN_PATHS_MAX = 4096;
const KNOWN_PATH_LENGTH_MAX = 200;
const knownPaths = new Map<string, Map<string, string>>();
let known = 0;

/** One and the same text each time, so that its hash is computed once. */
function pathOf(parent: string, name: string): string {
  const path = knownPaths.get(parent)?.get(name);
  return path ?? learnPath(parent, name);
}

function learnPath(parent: string, name: string): string {
  const path = asBytes(parent === "" ? name : `${parent}.${name}`);
  if (path.length > KNOWN_PATH_LENGTH_MAX) return path;
  if (known === KNOWN_PATHS_MAX) {
    knownPaths.clear();
    known = 0;
  }
  const below = knownPaths.get(parent) ?? new Map<string, string>();
  knownPaths.set(parent, below.set(name, path));
  known += 1;
  return path;
}
