import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigError, parseConfig } from "../../../infra/config/parse.ts";
import { PREFIXES } from "../../../lib/archive/object-key.ts";
import { CLASSES } from "../../../lib/ocsf/classes.ts";
import { columnsOf } from "../../../lib/ocsf/columns.ts";
import { EVENTS_METRICS } from "../../../lib/stack/metrics.ts";
import { alarms } from "../alarms.ts";
import { grant, paths, rightsOf } from "../grants.ts";
import { definitionOf } from "../run-state-machine.ts";
import { MINIMAL_CONFIG, synthesize } from "../synthesize.ts";

const ON = { ocsf: { enabled: true } } as const;
const ROLE = "ClosingacmeEventsFunctionRole";

describe("events of OCSF", () => {
  const { template } = synthesize(ON);

  it("are off unless they are turned on", () => {
    const { template: without } = synthesize();

    expect(JSON.stringify(without.toJSON())).not.toMatch(/"ocsf_authentication"|EVENTS_BUCKET/);
    expect(JSON.stringify(definitionOf(without, "Closingacme"))).not.toContain("events");
  });

  it("leave everything else as it is, so that removing them touches no archive", () => {
    const { Resources: without } = synthesize().template.toJSON();
    const { Resources: withEvents } = template.toJSON();
    const changed = Object.keys(without).filter(
      (id) => JSON.stringify(without[id]) !== JSON.stringify(withEvents[id]),
    );

    // The state machine has one job more, which it may start and the dashboard shows; and there is
    // one bucket more that is logged.
    expect(changed.map((id) => id.replace(/[0-9A-F]{8}$/, "")).sort()).toEqual([
      "ArchiveAccessLogsPolicy",
      "ClosingacmeClosing",
      "ClosingacmeClosingRole",
      "MonitoringDashboard",
    ]);
    const kept = Object.entries<{ Type: string; DeletionPolicy?: string }>(withEvents).filter(
      ([id, { Type }]) => Type === "AWS::S3::Bucket" && !(id in without),
    );
    expect(kept.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(["Retain"]);
  });

  it("have a table a class over the folder of its source, with projected partitions", () => {
    const tables = Object.values(template.findResources("AWS::Glue::Table"))
      .map(({ Properties }) => Properties.TableInput)
      .filter(({ Name }) => Name.startsWith("ocsf_"));

    expect(tables.map(({ Name }) => Name).sort()).toEqual(
      Object.keys(CLASSES)
        .map((name) => `ocsf_${name}`)
        .sort(),
    );
    const logins = tables.find(({ Name }) => Name === "ocsf_authentication");
    expect(JSON.stringify(logins.Parameters["storage.location.template"])).toContain(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Glue's own
      "/ext/slack-3002/1.5.0/region=${region}/accountId=${accountid}/eventDay=${eventday}/",
    );
    expect(logins.Parameters["projection.eventday.range"]).toBe("20260101,NOW");
    const types = new Map(
      logins.StorageDescriptor.Columns.map(({ Name, Type }: Record<string, string>) => [
        Name,
        Type,
      ]),
    );
    expect([...types.keys()]).toEqual(Object.keys(columnsOf("authentication")));
    expect(types.get("unmapped")).toBe("map<string,string>");
    expect(types.get("service")).toBe("struct<name:string>");
    expect(types.get("time")).toBe("bigint");
  });

  describe("grant their function", () => {
    it("the sealed entries of its own source, to read", () => {
      expect(paths(grant(template, ROLE, "ReadSealedDays").Resource)).toEqual([
        `${PREFIXES.auditLogs}source=acme/*`,
        `${PREFIXES.manifests}source=acme/*`,
      ]);
    });

    it("files and marks of its own source to add, its files to remove, and nothing in the archive", () => {
      const { may } = rightsOf(template, ROLE);
      const file = (source: string) =>
        `ext/slack-3002/1.5.0/region=r/accountId=1/eventDay=20260302/${source}_r1_0.zstd.parquet`;

      expect(may("s3:PutObject", "OcsfBucket", file("acme"))).toBe(true);
      expect(may("s3:DeleteObject", "OcsfBucket", file("acme"))).toBe(true);
      expect(may("s3:PutObject", "OcsfBucket", "marks/1.5.0/source=acme/x")).toBe(true);
      expect(may("s3:PutObject", "OcsfBucket", file("other"))).toBe(false);
      expect(may("s3:DeleteObject", "OcsfBucket", file("other"))).toBe(false);
      expect(may("s3:DeleteObject", "OcsfBucket", "marks/1.5.0/source=acme/x")).toBe(false);
      // Not even its alerts' findings, which are added only.
      const findings = (source: string, uid = 2004) =>
        `ext/slack-${uid}/1.5.0/region=r/accountId=1/eventDay=20260302/${source}_alerts_0.zstd.parquet`;
      expect(may("s3:PutObject", "OcsfBucket", findings("acme"))).toBe(true);
      expect(may("s3:PutObject", "OcsfBucket", findings("acme", 3002))).toBe(false);
      expect(may("s3:PutObject", "OcsfBucket", findings("other"))).toBe(false);
      expect(may("s3:DeleteObject", "OcsfBucket", findings("acme"))).toBe(false);
      for (const prefix of [...Object.values(PREFIXES), ""]) {
        expect(may("s3:PutObject", "ArchiveBucket", `${prefix}x`)).toBe(false);
        expect(may("s3:DeleteObject", "ArchiveBucket", `${prefix}x`)).toBe(false);
      }
    });
  });

  describe("take the alerts of their own source with them", () => {
    const statements = (of: Template) => JSON.stringify(of.findResources("AWS::IAM::Policy"));

    it("and may read nothing else for it", () => {
      expect(paths(grant(template, ROLE, "ReadAlerts").Resource)).toEqual(["alerts/source=acme/*"]);
      expect(grant(template, ROLE, "ListAlerts").Condition).toEqual({
        StringLike: { "s3:prefix": ["alerts/source=acme/*"] },
      });
      expect(paths(grant(template, ROLE, "ReadNotedAlerts").Resource)).toEqual([
        "marks/*/source=acme/*/alerts/*",
      ]);
    });

    it.each([
      ["detection is off", { detection: { enabled: false } }],
      ["alerts are not kept", { detection: { alertLog: false } }],
    ])("unless %s", (_, config) => {
      expect(statements(template)).toContain("WriteFindings");
      expect(statements(synthesize({ ...ON, ...config }).template)).not.toMatch(
        /ReadAlerts|ListAlerts|ReadNotedAlerts|WriteFindings/,
      );
    });
  });

  it("have beside their function's code what says more of addresses", () => {
    const folder = mkdtempSync(join(tmpdir(), "networks-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const networks = join(folder, "networks");
    writeFileSync(networks, "192.0.2.0/24 Office\n");
    const { template: told } = synthesize({ ...ON, detection: { context: { networks } } });
    const codeIn = (of: Template) =>
      Object.entries(of.findResources("AWS::Lambda::Function")).flatMap(([id, { Properties }]) =>
        id.startsWith("ClosingacmeEventsFunction") ? [Properties.Code.S3Key] : [],
      );

    expect(codeIn(told)).toHaveLength(1);
    expect(codeIn(told)).not.toEqual(codeIn(template));
  });

  it("are written once days are sealed, and an alarm says of which day not", () => {
    expect(JSON.stringify(definitionOf(template, "Closingacme"))).toContain("Run to events");
    expect(alarms(template).get("SlackAuditLake-acme-day-without-events")).toMatchObject({
      MetricName: EVENTS_METRICS.notWritten,
      Threshold: 1,
    });
  });

  it("need days that are sealed", () => {
    expect(() =>
      parseConfig({ ...MINIMAL_CONFIG, ...ON, closing: { enabled: false } }, "test"),
    ).toThrow(ConfigError);
  });
});
