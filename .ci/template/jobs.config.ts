import type { AuditLakeConfig } from "../../infra/config/config.ts";

const DAY_MS = 86_400_000;
const CLOSING_DELAY_MS = 7_200_000;

/** The day that cannot be sealed yet; it is not over, or was over a moment ago. */
const today = Math.floor((Date.now() - CLOSING_DELAY_MS) / DAY_MS) * DAY_MS;
const daysAgo = (days: number) => new Date(today - days * DAY_MS).toISOString().slice(0, 10);

/** What the jobs run under: live runs from two days ago on, and everything that runs switched on. */
export default {
  stackName: "SlackAuditLakeJobs",
  archiveStartsOn: daysAgo(9),
  sources: ["grid", "acme"].map((name) => ({
    name,
    firstStart: `${daysAgo(2)}T00:00:00Z`,
    // Entries of this second are listed, too.
    settleDelay: "0s" as const,
  })),
  closing: { delay: "2h", sign: true },
  ocsf: { enabled: true },
  weeklyReport: { enabled: true },
} satisfies AuditLakeConfig;
