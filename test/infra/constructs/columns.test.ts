import { describe, expect, it } from "vitest";
import { PREFIXES } from "../../../lib/archive/object-key.ts";
import { COLUMNS_METRICS } from "../../../lib/stack/metrics.ts";
import { alarms } from "../alarms.ts";
import { grant, grants, paths } from "../grants.ts";
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

    it("the files of the compact table, and of nothing else, to delete", () => {
      const deleting = grants(template, ROLE).filter(({ Action }) =>
        [Action].flat().includes("s3:DeleteObject"),
      );

      expect(deleting.flatMap(({ Resource }) => paths(Resource))).toEqual(["compact/table/*"]);
    });

    it("to make and change the compact table and the view, and no other table", () => {
      const tables = JSON.stringify(grant(template, ROLE, "ChangeTables").Resource);

      expect(tables).toContain(":table/slack_audit_lake/audit_logs_compact");
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
