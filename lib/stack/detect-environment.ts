/** The environment of `detect`. */
import * as z from "zod";
import { SCHEMA_WATCH_ENVIRONMENT, wholeNumber } from "./environment.ts";

/** Ids in one variable, comma-separated. */
const idList = z
  .codec(z.string(), z.array(z.string()), {
    decode: (text) => text.split(",").flatMap((id) => id.trim() || []),
    encode: (ids) => ids.join(","),
  })
  .default([]);

/** JSON, for `parseRuleOverrides`: rules of one's own, which it may name, are not known here. */
const ruleOverrides = z
  .codec(z.string(), z.unknown(), {
    decode: (text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch (error) {
        context.issues.push({ code: "custom", input: text, message: (error as Error).message });
        return z.NEVER;
      }
    },
    encode: (overrides) => JSON.stringify(overrides),
  })
  .default({});

export const DETECT_ENVIRONMENT = z.object({
  ARCHIVE_BUCKET: z.string().min(1),
  ...SCHEMA_WATCH_ENVIRONMENT.shape,
  DETECTION_RULES: ruleOverrides,
  /** Where what is known of addresses goes; absent: nowhere. */
  ADDRESS_TABLE_BUCKET: z.string().min(1).optional(),
  /** Slack apps whose tokens fill the archive. */
  OWN_APP_IDS: idList,
  /** Users who installed them. */
  OWN_INSTALLER_IDS: idList,
  ALERT_PERIOD_SECONDS: z._default(wholeNumber("seconds", 60, 604_800), 3_600),
  /** Absent: alerts are not kept. */
  ALERT_LOG: z.literal("on").optional(),
  MAX_ENTRY_AGE_DAYS: z._default(wholeNumber("days", 1, 365), 14),
});
