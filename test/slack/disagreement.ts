import { isUtf8 } from "node:buffer";
import { BrokenFrameError, endOfValue, skipSpace } from "../../lib/slack/json-value.ts";
import { isObject, readEntry } from "../../lib/slack/page.ts";

/** How our own scan and `JSON.parse` read one text. */
export interface Comparison {
  isJson: boolean;
  /** In what they differ; absent where they do not. */
  problem?: string;
}

/** The judge of {@link readEntry}: the same done by `JSON.parse`, on the whole text. */
export function disagreement(text: Buffer): Comparison {
  const start = skipSpace(text, 0);
  const isJson = isAccepted(() => JSON.parse(text.toString()), SyntaxError);
  const isScanned = isAccepted(() => {
    if (skipSpace(text, endOfValue(text, start)) < text.length) {
      throw new BrokenFrameError();
    }
  }, BrokenFrameError);
  if (isJson !== isScanned) {
    return { isJson, problem: isJson ? "refused, but JSON" : "accepted, but not JSON" };
  }
  if (!isJson) {
    return { isJson };
  }
  const parsed: unknown = JSON.parse(text.toString());
  const { id, date_create } = isObject(parsed) && isUtf8(text) ? parsed : {};
  const entry = readEntry(text.subarray(start));
  if (entry.id !== (typeof id === "string" && id !== "" ? id : undefined)) {
    return { isJson, problem: "another id" };
  }
  const isDate = Number.isSafeInteger(date_create) && Number(date_create) >= 0;
  if (entry.dateCreate !== (isDate && Number(date_create) < 1e10 ? date_create : undefined)) {
    return { isJson, problem: "another date_create" };
  }
  return { isJson };
}

function isAccepted(read: () => void, Refusal: new () => Error): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof Refusal) {
      return false;
    }
    throw error;
  }
}
