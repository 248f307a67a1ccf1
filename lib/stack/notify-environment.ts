/** The environment of `notify`: apart, since the other functions know no targets. */
import * as z from "zod";
import {
  type Route,
  routeList,
  type TargetSettings,
  targetSettings,
} from "../notify/target-settings.ts";

/** A value as JSON in one variable. */
function json<Value>(schema: z.ZodType<Value, unknown>) {
  return z.codec(z.string(), z.custom<Value>(), {
    decode: (text, context) => {
      try {
        return schema.parse(JSON.parse(text));
      } catch (error) {
        context.issues.push({ code: "custom", input: text, message: (error as Error).message });
        return z.NEVER;
      }
    },
    encode: (value) => JSON.stringify(value),
  });
}

export const NOTIFY_ENVIRONMENT = z.object({
  /** Its name in the configuration. */
  TARGET_NAME: z.string().min(1),
  /** Its secret by name or ARN. */
  TARGET: json<TargetSettings>(targetSettings(z.string().min(1))),
  /** Those that lead to it. */
  ROUTES: json<Route[]>(routeList),
  DETECTION_TABLE: z.string().min(1),
  QUEUE_URL: z.string().min(1),
  DEAD_LETTERS_URL: z.string().min(1),
});
