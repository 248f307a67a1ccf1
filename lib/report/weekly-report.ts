import type { Notification } from "../detect/ports.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../time.ts";
import type { ReportScope } from "./questions.ts";
import type { ReportData } from "./report-data.ts";
import type { Section } from "./sections/section.ts";

const DAYS = 7;

/** The seven whole UTC days before the one in which a time lies. */
export function weekBefore(epochSeconds: number): ReportScope["period"] {
  const today = startOfDay(dayOf(epochSeconds));
  return { from: dayOf(today - DAYS * SECONDS_PER_DAY), to: dayOf(today - SECONDS_PER_DAY) };
}

/**
 * What people hear of a report: each question with its answer, which counts and names nobody, and
 * where the page is. Reading it takes a right of their own.
 *
 * @param place.url - of the console
 * @param place.location - `s3://BUCKET/KEY`
 */
export function toReportNotification(
  { period: { from, to } }: ReportData,
  sections: readonly Section[],
  { url, location }: { url: string; location: string },
): Notification {
  return {
    subject: `[INFO] Slack audit report, ${from} to ${to}`,
    text: [
      `Slack audit report, ${from} to ${to}. Days are UTC, both included.`,
      ...sections.flatMap(({ question, answer, tone }) => [
        "",
        `${question}${tone === "look" ? " Look at this." : ""}`,
        answer,
      ]),
      "",
      "The page, for those who may read it in AWS:",
      url,
      "",
      "On a command line:",
      `aws s3 cp ${location} .`,
      "",
    ].join("\n"),
    data: {
      type: "report",
      period: { from, to },
      answers: sections.map(({ question, answer, tone }) => ({
        ...{ question, answer },
        needsAttention: tone === "look",
      })),
      ...{ url, location },
    },
    attributes: { type: "report", severity: "info" },
  };
}
