import { createHash } from "node:crypto";
import type { Alert } from "./target.ts";

/**
 * The id of an alert as services can keep it: in a header, and as a key of limited length. Only
 * that of a rule of one's own can be different from the alert's, since we choose ours.
 *
 * @returns 1 to 255 visible characters of ASCII; different for different ids
 */
export function externalId({ id }: Pick<Alert, "id">): string {
  if (/^[\x21-\x7e]{1,255}$/.test(id)) return id;
  return `sha256-${createHash("sha256").update(id, "utf16le").digest("hex")}`;
}
