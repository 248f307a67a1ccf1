/** The stack as a construct for CDK apps: `slack-audit-lake/cdk`. */

export type { DurationText } from "../lib/time.ts";
export type {
  AlertSettings,
  ArchiveSettings,
  AuditLakeConfig,
  BytesText,
  CatalogSettings,
  ClosingSettings,
  DetectionSettings,
  SlackAuditLakeProps,
  SourceProps,
  WeeklyReportSettings,
} from "./config/config.ts";
export { ConfigError } from "./config/parse.ts";
export { SlackAuditLake } from "./slack-audit-lake.ts";
