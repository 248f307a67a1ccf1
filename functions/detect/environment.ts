import * as z from "zod";
import { parseRuleOverrides, type RuleOverrides } from "../../lib/detect/configure.ts";

/** Ids in one variable, comma-separated. */
const idList = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((id) => id.trim() || []));

export const DETECT_ENVIRONMENT = z.object({
  ARCHIVE_BUCKET: z.string().min(1),
  DETECTION_TABLE: z.string().min(1),
  ALERT_TOPIC_ARN: z.string().startsWith("arn:"),
  /** JSON: `{"<rule id>": "off" | "<severity>"}`. */
  DETECTION_RULES: z.string().default("{}").transform(parseRules),
  /** Slack apps whose tokens fill the archive. */
  OWN_APP_IDS: idList,
  /** Users who installed them. */
  OWN_INSTALLER_IDS: idList,
  ALERT_PERIOD_SECONDS: z.coerce.number().int().min(60).max(604_800).default(3_600),
  MAX_ENTRY_AGE_DAYS: z.coerce.number().int().min(1).max(365).default(14),
});

function parseRules(text: string, context: z.RefinementCtx): RuleOverrides {
  try {
    return parseRuleOverrides(JSON.parse(text));
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
}
