import { describe, expect, it } from "vitest";
import { PREFIXES } from "../../../lib/archive/object-key.ts";
import { COLUMNS_METRICS } from "../../../lib/stack/metrics.ts";
import { Deployment } from "../../fakes/local-account/deployment.ts";
import { isAllowed } from "../../fakes/local-account/policy.ts";
import { alarms } from "../alarms.ts";
import { grant, paths } from "../grants.ts";
import { definitionOf } from "../run-state-machine.ts";
import { synthesize } from "../synthesize.ts";

describe("Columns", () => {
  const { template } = synthesize();

  describe("grants the function that compacts", () => {
    const ROLE = "ClosingacmeCompactionFunctionRole";

    it("the entries of its own source, to read", () => {
      expect(paths(grant(template, ROLE, "ReadSealedDays").Resource)).toEqual([
        `${PREFIXES.auditLogs}source=acme/*`,
        `${PREFIXES.manifests}source=acme/*`,
      ]);
    });

    it("no object of the archive to delete, as to nobody: only what is in the table's bucket", () => {
      const deployment = new Deployment(template.toJSON());
      const arnOf = (id: string) => deployment.named(deployment.one("AWS::S3::Bucket", id)[0]).arn;
      const roles = deployment.all("AWS::IAM::Role").map(([id]) => id);
      const mayDelete = (bucket: string, key: string) =>
        roles.filter((role) => {
          const call = { resource: `${arnOf(bucket)}/${key}`, context: {} };
          const statements = deployment.statementsOf(role);
          return ["s3:DeleteObject", "s3:DeleteObjectVersion"].some((action) =>
            isAllowed({ ...call, action }, statements),
          );
        });

      expect(roles.length).toBeGreaterThan(10);
      for (const key of [...Object.values(PREFIXES), "compact/table/", ""]) {
        expect(mayDelete("ArchiveBucket", `${key}x`)).toEqual([]);
      }
      expect(mayDelete("ArchiveColumns", "id/data/x.parquet")).toEqual([
        expect.stringMatching(`^${ROLE}`),
      ]);
    });

    it("to make and change the columns table and the view, and no other table", () => {
      const tables = JSON.stringify(grant(template, ROLE, "ChangeTables").Resource);

      expect(tables).toContain(":table/slack_audit_lake/audit_logs_columns");
      expect(tables).toContain(':table/slack_audit_lake/audit_logs"');
      expect(tables).not.toContain("audit_log_lines");
    });

    it("queries in the stack's workgroup", () => {
      expect(JSON.stringify(grant(template, ROLE, "Query").Resource)).toContain(
        ":workgroup/slack-audit-lake",
      );
    });
  });

  it.each([
    ["where that is turned off", { closing: { compact: false } }],
    ["where retention would delete the table's files", { archive: { retention: "365d" } }],
  ] as const)("is not there %s", (_where, overrides) => {
    const { template } = synthesize(overrides);

    expect(Object.keys(template.findResources("AWS::Lambda::Function"))).not.toContainEqual(
      expect.stringContaining("Compaction"),
    );
    expect(JSON.stringify(definitionOf(template, "Closingacme"))).not.toContain("compact");
    expect(alarms(template).has("SlackAuditLake-acme-day-not-compacted")).toBe(false);
  });

  it("watches what compaction counts, where there is one", () => {
    expect(alarms(template).get("SlackAuditLake-acme-day-not-compacted")).toMatchObject({
      MetricName: COLUMNS_METRICS.notWritten,
      Dimensions: [
        { Name: "service", Value: "compact" },
        { Name: "source", Value: "acme" },
      ],
      Threshold: 1,
    });
  });
});
