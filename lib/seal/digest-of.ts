import { hash } from "node:crypto";

/**
 * SHA-256 of a text or of an id.
 *
 * Of a string, all 16 bits of each unit count: in UTF-8 every lone surrogate, which JSON can
 * write as an escape, becomes the same character, and two ids one.
 */
export function digestOf(value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf16le") : value;
  return hash("sha256", bytes, "buffer");
}
