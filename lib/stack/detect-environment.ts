/** The environment of `detect`. */
import {
  json,
  list,
  name,
  onOrAbsent,
  optional,
  SCHEMA_WATCH_ENVIRONMENT,
  wholeNumber,
  withDefault,
} from "./environment.ts";

const ids = withDefault(
  list((items) => items.flatMap((id) => id.trim() || [])),
  [],
);

export const DETECT_ENVIRONMENT = {
  ARCHIVE_BUCKET: name,
  ...SCHEMA_WATCH_ENVIRONMENT,
  /** For `parseRuleOverrides`: rules of one's own, which it may name, are not known here. */
  DETECTION_RULES: withDefault(
    json((overrides) => overrides),
    {},
  ),
  /** Where what is known of addresses goes; absent: nowhere. */
  ADDRESS_TABLE_BUCKET: optional(name),
  /** Slack apps whose tokens fill the archive. */
  OWN_APP_IDS: ids,
  /** Users who installed them. */
  OWN_INSTALLER_IDS: ids,
  ALERT_PERIOD_SECONDS: withDefault(wholeNumber("seconds", 60, 604_800), 3_600),
  /** Absent: alerts are not kept. */
  ALERT_LOG: onOrAbsent,
  MAX_ENTRY_AGE_DAYS: withDefault(wholeNumber("days", 1, 365), 14),
};
