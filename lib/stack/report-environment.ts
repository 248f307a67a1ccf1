/** The environment of `report`. */
import { list, name, onOrAbsent, sourceName, topicArn } from "./environment.ts";

export const REPORT_ENVIRONMENT = {
  /** Those that the report is about. */
  SOURCES: list((names) => names.map(sourceName.read)),
  ARCHIVE_BUCKET: name,
  /** Gets the page. */
  RESULTS_BUCKET: name,
  CHECKPOINT_TABLE: name,
  DATABASE: name,
  WORKGROUP: name,
  ALERT_TOPIC_ARN: topicArn,
  /** Absent: the stack keeps no alerts. */
  ALERT_LOG: onOrAbsent,
};
