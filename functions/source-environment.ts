import * as z from "zod";
import { SOURCE_NAME } from "../lib/archive/object-key.ts";
import { DEFAULT_BASE_URL } from "../lib/slack/endpoint.ts";

/** Not coerced at once: an empty text would count as zero. */
export const seconds = z
  .string()
  .regex(/^\d+$/, "must be whole seconds")
  .transform(Number)
  .pipe(z.number().max(604_800));

/** What every function of one source is told. */
export const SOURCE_ENVIRONMENT = z.object({
  SOURCE: z.string().regex(SOURCE_NAME),
  ARCHIVE_BUCKET: z.string().min(1),
  CHECKPOINT_TABLE: z.string().min(1),
  /** Name or ARN. */
  TOKEN_SECRET_ID: z.string().min(1),
  SLACK_API_BASE: z.url().default(DEFAULT_BASE_URL),
});
