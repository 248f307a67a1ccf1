import * as z from "zod";
import { SOURCE_ENVIRONMENT, seconds } from "../source-environment.ts";

export const CLOSE_ENVIRONMENT = SOURCE_ENVIRONMENT.extend({
  /** What the live runs use. */
  ALLOWED_LATENESS_SECONDS: seconds.default(900),
  /** After the end of a day. */
  CLOSE_DELAY_SECONDS: seconds.default(7200),
  /** ARN of the asymmetric KMS key; absent: manifests are not signed. */
  SIGNING_KEY_ID: z.string().min(1).optional(),
});
