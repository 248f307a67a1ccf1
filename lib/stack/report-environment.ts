/** The environment of `report`. */
import * as z from "zod/mini";
import { SOURCE_NAME } from "../archive/object-key.ts";
import { topicArn } from "./environment.ts";

const name = z.string().check(z.minLength(1));

export const REPORT_ENVIRONMENT = z.object({
  /** Those that the report is about; with commas between. */
  SOURCES: z.codec(
    z.string(),
    z.array(z.string().check(z.regex(SOURCE_NAME))).check(z.minLength(1)),
    { decode: (text) => text.split(","), encode: (names) => names.join(",") },
  ),
  ARCHIVE_BUCKET: name,
  /** Gets the page. */
  RESULTS_BUCKET: name,
  CHECKPOINT_TABLE: name,
  DATABASE: name,
  WORKGROUP: name,
  ALERT_TOPIC_ARN: topicArn,
  /** Absent: the stack keeps no alerts. */
  ALERT_LOG: z.optional(z.literal("on")),
});
