import * as z from "zod";
import type { NewObject } from "./consume-object.ts";

const SCHEMA = z.object({
  source: z.literal("aws.s3"),
  "detail-type": z.literal("Object Created"),
  time: z.iso.datetime(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string() }),
  }),
});

/** A message that is not the event this consumer was subscribed to. */
export class UnexpectedEventError extends Error {
  override readonly name = "UnexpectedEventError";
  readonly code = "unexpected_event";
}

/**
 * Parse S3's event as EventBridge forwards it. The key in it is not URL-encoded.
 *
 * @param text - JSON
 * @param bucket - the archive's; an event of any other is refused
 * @throws {UnexpectedEventError}
 */
export function parseObjectCreated(text: string, bucket: string): NewObject {
  const parsed = SCHEMA.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UnexpectedEventError(
      `not an "Object Created" event of S3: ${z.prettifyError(parsed.error).replace(/\s+/g, " ")}`,
    );
  }
  const { time, detail } = parsed.data;
  if (detail.bucket.name !== bucket) {
    throw new UnexpectedEventError(
      `the event is about bucket ${detail.bucket.name}, not the archive's, ${bucket}`,
    );
  }
  return { key: detail.object.key, createdAt: Date.parse(time) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnexpectedEventError("the message is not JSON", { cause });
  }
}
