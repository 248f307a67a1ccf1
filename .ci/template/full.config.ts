import type { AuditLakeConfig } from "../../infra/config/config.ts";

/** Everything that can be set at once, so that cfn-lint sees each resource, and moto deploys it. */
export default {
  stackName: "SlackAuditLakeFull",
  archiveStartsOn: "2026-01-01",
  sources: [
    { name: "acme" },
    {
      name: "acme-gov",
      apiBase: "https://api.slack-gov.com/audit/v1/",
      schedule: "15m",
      firstStart: "2026-02-01T00:00:00Z",
      alarms: { silence: "off" },
    },
  ],
  archive: {
    tiers: [
      { storageClass: "STANDARD_IA", after: "90d" },
      { storageClass: "GLACIER_IR", after: "365d" },
    ],
    retention: "2557d",
    objectLock: { mode: "GOVERNANCE", for: "365d" },
  },
  closing: { at: "04:30", delay: "3h", sign: true },
  ocsf: { enabled: true, schemaVersion: "1.8.0" },
  weeklyReport: { enabled: true, at: "07:30" },
  alerts: { email: ["security@example.com"] },
  logRetention: "365d",
  tags: { team: "security" },
  permissionsBoundaryArn: "arn:aws:iam::111122223333:policy/boundary",
} satisfies AuditLakeConfig;
