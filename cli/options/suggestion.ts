import { closestMatch } from "leven";

/** With more letters changed, or more than half of them, it is another word and not a slip. */
const LETTERS_CHANGED_MAX = 3;

/** @returns `; did you mean "slack"?`, or nothing when no word is near */
export function didYouMean(typed: string, known: readonly string[]): string {
  const maxDistance = Math.min(LETTERS_CHANGED_MAX, Math.ceil(typed.length / 2));
  const match = closestMatch(typed, known, { maxDistance });
  return match === undefined ? "" : `; did you mean "${match}"?`;
}
