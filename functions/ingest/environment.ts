import * as z from "zod";
import { SOURCE_ENVIRONMENT, seconds } from "../source-environment.ts";

export const INGEST_ENVIRONMENT = SOURCE_ENVIRONMENT.extend({
  /** ISO 8601; absent: 24 hours before the first run. */
  FIRST_START: z.iso
    .datetime()
    .transform((text) => Date.parse(text) / 1000)
    .optional(),
  SETTLE_DELAY_SECONDS: seconds.default(60),
  ALLOWED_LATENESS_SECONDS: seconds.default(900),
});
