import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PREFIXES } from "../../../lib/archive/object-key.ts";
import { makeMmdb } from "../../detect/context/make-mmdb.ts";
import { alarms } from "../alarms.ts";
import { grant, paths, rightsOf } from "../grants.ts";
import { resource, synthesize } from "../synthesize.ts";

const ON = { weeklyReport: { enabled: true } } as const;
const ROLE = "WeeklyReportFunctionRole";

describe("the weekly report", () => {
  const { template } = synthesize(ON);

  it("is off unless it is turned on, and then adds to the stack without changing it", () => {
    const { Resources: without } = synthesize().template.toJSON();
    const { Resources: withReport } = template.toJSON();

    expect(JSON.stringify(without)).not.toContain("WeeklyReport");
    for (const id of Object.keys(without)) {
      if (id.startsWith("MonitoringDashboard")) continue;
      expect(withReport[id]).toEqual(without[id]);
    }
  });

  it("starts each Monday after Sunday is sealed, and tells the function when it was due", () => {
    const { Properties } = resource(template, "AWS::Scheduler::Schedule", "WeeklyReportSchedule");

    expect(Properties.ScheduleExpression).toBe("cron(0 6 ? * MON *)");
    expect(JSON.parse(Properties.Target.Input)).toEqual({ time: "<aws.scheduler.scheduled-time>" });
    expect(Properties.Target.DeadLetterConfig).toBeDefined();
    const later = synthesize({ weeklyReport: { enabled: true, at: "17:45" } }).template;
    expect(
      resource(later, "AWS::Scheduler::Schedule", "WeeklyReportSchedule").Properties
        .ScheduleExpression,
    ).toBe("cron(45 17 ? * MON *)");
  });

  it("is tried once more, and an alarm says when it failed", () => {
    expect(
      resource(template, "AWS::Lambda::EventInvokeConfig", "WeeklyReportFunction").Properties
        .MaximumRetryAttempts,
    ).toBe(1);
    expect(alarms(template).get("SlackAuditLake-weekly-report-failing")).toMatchObject({
      Namespace: "AWS/Lambda",
      MetricName: "Errors",
      Threshold: 1,
    });
  });

  it("reads alerts only where they are kept", () => {
    const variables = (overrides: object) =>
      resource(
        synthesize({ ...ON, ...overrides }).template,
        "AWS::Lambda::Function",
        "WeeklyReportFunction",
      ).Properties.Environment.Variables;

    expect(variables({}).ALERT_LOG).toBe("on");
    expect(variables({ detection: { enabled: false } })).not.toHaveProperty("ALERT_LOG");
    expect(variables({ sources: [{ name: "acme" }, { name: "acme-gov" }] }).SOURCES).toBe(
      "acme,acme-gov",
    );
  });

  it("has beside its function's code the file of countries, and no other", () => {
    const folder = mkdtempSync(join(tmpdir(), "countries-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [countries, networks] = [join(folder, "countries"), join(folder, "networks")];
    writeFileSync(countries, makeMmdb({ country_code: "NZ" }, { country_code: "NZ" }));
    writeFileSync(networks, "192.0.2.0/24 Office\n");
    const codeWith = (context: object) =>
      resource(
        synthesize({ ...ON, detection: { context } }).template,
        "AWS::Lambda::Function",
        "WeeklyReportFunction",
      ).Properties.Code.S3Key;

    expect(codeWith({ networks })).toBe(codeWith({}));
    expect(codeWith({ networks, countries })).not.toBe(codeWith({}));
  });

  describe("grants its function", () => {
    const { statements, may } = rightsOf(template, ROLE);

    it("what its sources have in the archive, to read", () => {
      expect(paths(grant(template, ROLE, "ReadArchive").Resource)).toEqual([
        `${PREFIXES.alerts}source=acme/*`,
        `${PREFIXES.auditLogs}source=acme/*`,
        `${PREFIXES.manifests}source=acme/*`,
        `${PREFIXES.quarantine}source=acme/*`,
      ]);
    });

    it("pages to write and not to read, and nothing to write or delete elsewhere", () => {
      expect(may("s3:PutObject", "ArchiveResults", "reports/x.html")).toBe(true);
      expect(may("s3:GetObject", "ArchiveResults", "reports/x.html")).toBe(false);
      expect(may("s3:PutObject", "ArchiveResults", "address_context/x")).toBe(false);
      for (const prefix of [...Object.values(PREFIXES), "reports/", ""]) {
        expect(may("s3:PutObject", "ArchiveBucket", `${prefix}source=acme/x`)).toBe(false);
        expect(may("s3:PutObject", "ArchiveColumns", `${prefix}x`)).toBe(false);
        for (const bucket of ["ArchiveBucket", "ArchiveColumns", "ArchiveResults"]) {
          expect(may("s3:DeleteObject", bucket, `${prefix}x`)).toBe(false);
        }
      }
    });

    it("the tables and views that its queries read, and none to change", () => {
      const names = paths(grant(template, ROLE, "ReadTables").Resource).map((path) =>
        path.replace(/^.*\//, ""),
      );

      expect(names.slice(2)).toEqual([
        ...["alert_lines", "alerts", "archive_hours", "audit_log_lines"],
        ...["audit_logs", "audit_logs_columns", "manifest_lines"],
      ]);
      expect(JSON.stringify(statements)).not.toMatch(/"glue:(?!Get)/);
    });
  });

  it("may read the tables where Lake Formation decides", () => {
    const { template } = synthesize({ ...ON, catalog: { lakeFormation: "functions" } });
    const granted = Object.entries(
      template.findResources("AWS::LakeFormation::PrincipalPermissions"),
    )
      .filter(([id]) => id.startsWith("WeeklyReport"))
      .map(([, { Properties }]) => Properties.Permissions);

    expect(granted).toEqual([["DESCRIBE"], ["SELECT", "DESCRIBE"]]);
  });
});
