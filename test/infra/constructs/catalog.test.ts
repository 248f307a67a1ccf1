import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PARTITION_KEYS, PREFIXES, partitionPath } from "../../../lib/archive/object-key.ts";
import { ARCHIVE_HOURS_SQL } from "../../../lib/sql/archive-hours-view.ts";
import { AUDIT_LOGS_SQL } from "../../../lib/sql/audit-logs-view.ts";
import { SAVED_QUERIES } from "../../../lib/sql/saved-queries.ts";
import { type Resource, resource, synthesize } from "../synthesize.ts";

const TABLE = "AWS::Glue::Table";

describe("Catalog", () => {
  const { template } = synthesize({
    archiveStartsOn: "2025-06-01",
    sources: [{ name: "acme" }, { name: "acme-gov", enabled: false }],
  });
  const lines = resource(template, TABLE, "CatalogLines").Properties.TableInput;

  it("computes the partitions that the archive writes, also of a source that no longer runs", () => {
    const { Parameters } = lines;

    expect(Parameters).toMatchObject({
      "projection.enabled": "true",
      "projection.source.type": "enum",
      "projection.source.values": "acme,acme-gov",
      "projection.dt.type": "date",
      "projection.dt.range": "2025-06-01,NOW",
      "projection.hour.range": "0,23",
      "projection.hour.digits": "2",
    });
    const [, template] = Parameters["storage.location.template"]["Fn::Join"][1].slice(1);
    const values: Record<string, string> = { source: "acme", dt: "2026-03-02", hour: "09" };
    const path = template.replace(/\$\{(\w+)\}/g, (_: string, key: string) => values[key]);
    expect(path).toBe(
      `/${PREFIXES.auditLogs}${partitionPath("acme", Date.UTC(2026, 2, 2, 9) / 1000)}`,
    );
    expect(lines.PartitionKeys.map(({ Name }: { Name: string }) => Name)).toEqual(PARTITION_KEYS);
  });

  it("reads the archive bucket", () => {
    expect(lines.StorageDescriptor.Location).toEqual({
      "Fn::Join": ["", ["s3://", { Ref: expect.stringMatching(/^ArchiveBucket/) }, "/audit_logs/"]],
    });
  });

  it.each([
    ["View", AUDIT_LOGS_SQL, "Lines"],
    ["Hours", ARCHIVE_HOURS_SQL, "Manifests"],
  ])(
    "deploys the view Catalog%s in the form that Athena reads, after its table",
    (id, sql, table) => {
      const view = resource(template, TABLE, `Catalog${id}`).Properties.TableInput;
      const encoded = /^\/\* Presto View: (\S+) \*\/$/.exec(view.ViewOriginalText)?.[1] ?? "";

      expect(view).toMatchObject({ TableType: "VIRTUAL_VIEW", PartitionKeys: [] });
      // Else Trino does not take it for a view.
      expect(view.Description).toBe("Presto View");
      expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toMatchObject({
        originalSql: sql,
        schema: "slack_audit_lake",
        runAsInvoker: true,
      });
      expect(template.toJSON().Resources).toMatchObject({
        [Object.keys(template.findResources(TABLE)).find((name) =>
          name.startsWith(`Catalog${id}`),
        ) ?? ""]: {
          DependsOn: expect.arrayContaining([expect.stringMatching(`^Catalog${table}`)]),
        },
      });
    },
  );

  it.each([{ closing: { compact: false } }, { archive: { retention: "365d" } }] as const)(
    "gives the view its text again when columns are turned off: %j",
    (overrides) => {
      const viewOf = ({ template }: ReturnType<typeof synthesize>) =>
        resource(template, TABLE, "CatalogView").Properties.TableInput.Parameters;

      expect(viewOf(synthesize())).toEqual({ presto_view: "true", comment: "Presto View" });
      expect(viewOf(synthesize(overrides))).toMatchObject({ columns: "off" });
    },
  );

  it("caps what a query reads, and where and how its result is kept; saves queries of one's own", () => {
    const queries = mkdtempSync(join(tmpdir(), "own-queries-"));
    onTestFinished(() => rmSync(queries, { recursive: true }));
    const own = `-- Ours\n-- What?\n-- leaves out nothing\nSELECT id FROM audit_logs\nWHERE dt BETWEEN :from_day AND :to_day\n`;
    for (const name of ["logins", "of-our-own"]) writeFileSync(join(queries, `${name}.sql`), own);
    const { template } = synthesize({
      catalog: { workgroup: "security", bytesScannedCutoff: "2TB", queries },
    });

    const saved = Object.values(template.findResources("AWS::Athena::NamedQuery")) as Resource[];
    expect(saved).toHaveLength(SAVED_QUERIES.size + 1);
    expect(
      saved.flatMap(({ Properties }) =>
        Properties.Description === "Ours. What?" ? [Properties.Name] : [],
      ),
    ).toEqual(["logins", "of-our-own"]);
    writeFileSync(join(queries, "wrong.sql"), "SELECT 1");
    expect(() => synthesize({ catalog: { queries } })).toThrow(/^catalog\.queries: wrong\.sql: /);

    expect(resource(template, "AWS::Athena::WorkGroup", "Catalog").Properties).toMatchObject({
      Name: "security",
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        PublishCloudWatchMetricsEnabled: true,
        BytesScannedCutoffPerQuery: 2_000_000_000_000,
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: "SSE_KMS" },
          OutputLocation: {
            "Fn::Join": [
              "",
              [
                "s3://",
                { Ref: expect.stringMatching(/^ArchiveResults/) },
                `/${PREFIXES.athenaResults}`,
              ],
            ],
          },
        },
      },
    });
  });

  it("saves each query, the text that also runs on DuckDB", () => {
    const saved = Object.values(template.findResources("AWS::Athena::NamedQuery")) as Resource[];

    expect(saved.map(({ Properties }) => [Properties.Name, Properties.QueryString])).toEqual(
      [...SAVED_QUERIES.values()].map((query) => [query.name, query.sql()]),
    );
    for (const { Properties } of saved) {
      expect(Properties).toMatchObject({
        Database: "slack_audit_lake",
        WorkGroup: "slack-audit-lake",
      });
      expect(Properties.Description.length).toBeLessThanOrEqual(1024);
    }
  });

  it.each([
    ["SlackAuditLake", {}, "slack_audit_lake", "slack-audit-lake"],
    ["SlackAuditLake", { namedAfterStack: true }, "slack_audit_lake", "slack-audit-lake"],
    // As version 0.1 named it, whose stack would lose both.
    ["AcmeAuditEU", {}, "slack_audit_lake", "slack-audit-lake"],
    ["AcmeAuditEU", { namedAfterStack: true }, "acme_audit_eu", "acme-audit-eu"],
    ["AcmeAuditEU", { namedAfterStack: true, database: "eu" }, "eu", "acme-audit-eu"],
  ])("in the stack %s with %j is called %s and %s", (stackName, catalog, database, workgroup) => {
    const { template } = synthesize({ stackName, catalog });

    expect(resource(template, "AWS::Glue::Database", "Catalog").Properties).toMatchObject({
      DatabaseInput: { Name: database },
    });
    expect(resource(template, "AWS::Athena::WorkGroup", "Catalog").Properties.Name).toBe(workgroup);
  });

  it("names the database as it is told to, also inside the view", () => {
    const { template } = synthesize({ catalog: { database: "security" } });
    const { ViewOriginalText } = resource(template, TABLE, "CatalogView").Properties.TableInput;

    expect(Buffer.from(ViewOriginalText.split(" ").at(-2), "base64").toString()).toContain(
      '"schema":"security"',
    );
  });
});
