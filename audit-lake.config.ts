import type { AuditLakeConfig } from "./infra/config/config.ts";

// Every setting, its unit and its default: infra/config/config.ts.
export default {
  // Set it to today: the first day that queries look at.
  archiveStartsOn: "2026-01-01",
  // One per Slack organization. The name stays in every key: choose it once.
  sources: [{ name: "slack" }],
  archive: {
    tiers: [
      { storageClass: "STANDARD_IA", after: "90d" },
      { storageClass: "GLACIER_IR", after: "365d" },
    ],
  },
  // Take this out for a stack of version 0.1.0 with a stackName of its own.
  catalog: { namedAfterStack: true },
  alerts: {
    email: [],
  },
} satisfies AuditLakeConfig;
