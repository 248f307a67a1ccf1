import { createHash } from "node:crypto";
import * as z from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const MARK = z.object({
  source: z.string(),
  /** UTC, `YYYY-MM-DD`. */
  day: z.iso.date(),
  /** Of the day's manifest: see `lib/archive/sealed-day.ts`. */
  revision: z.number().int().positive(),
  entries: z.number().int().nonnegative(),
  /** Of the day's lines: see `day-digest.ts`. */
  digest: sha256,
  /** Of the names of the day's objects: see {@link hashOfKeys}. */
  objects: sha256,
  /** SHA-256 of the Parquet file, on a disk. */
  file: sha256.optional(),
});

/**
 * What says that the columns of a day were found equal to its lines as they
 * were sealed. Whoever can write the columns can write it, too: it tells when
 * they were changed by something else, and `verify` tells the rest.
 */
export type ColumnsMark = z.infer<typeof MARK>;

export function encodeMark(mark: ColumnsMark): Uint8Array {
  return Buffer.from(`${JSON.stringify(MARK.parse(mark))}\n`);
}

/** @returns nothing when the bytes are not the day's mark, or that of version 0.1, which has no digest */
export function parseMark(source: string, day: string, bytes: Uint8Array): ColumnsMark | undefined {
  try {
    const mark = MARK.parse(JSON.parse(Buffer.from(bytes).toString()));
    return mark.source === source && mark.day === day ? mark : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/**
 * SHA-256 of the names of a day's objects, hex: each name holds a hash of its
 * content, so that this changes whenever an object comes or goes.
 *
 * @param keys - ascending
 */
export function hashOfKeys(keys: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const key of keys) hash.update(`${key}\n`);
  return hash.digest("hex");
}
