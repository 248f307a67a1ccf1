import { describe, expect, it } from "vitest";
import { SENSITIVE_COLUMNS } from "../../../lib/sql/masked-view.ts";
import { grants } from "../grants.ts";
import { type Resource, synthesize } from "../synthesize.ts";

const GRANT = "AWS::LakeFormation::PrincipalPermissions";
const FILTER = "AWS::LakeFormation::DataCellsFilter";

type Synthesized = ReturnType<typeof synthesize>["template"];
const all = (template: Synthesized, type: string) =>
  Object.entries(template.findResources(type) as Record<string, Resource>);
/** What a role is granted: permissions and resource. */
const granted = (template: Synthesized, role: string) =>
  all(template, GRANT)
    .filter(([id]) => id.startsWith(role))
    .map(([, { Properties }]) => [Properties.Permissions, Properties.Resource]);

const catalog = { lakeFormation: "readers" } as const;
const { template } = synthesize({
  sources: [{ name: "acme" }, { name: "other" }],
  catalog,
  readers: [
    { name: "analysts", principals: ["111122223333"] },
    { name: "auditor", principals: ["444455556666"], sources: ["acme"], masked: true },
  ],
});

describe("Lake Formation", () => {
  it("is left alone unless it is told otherwise", () => {
    expect(all(synthesize().template, GRANT)).toEqual([]);
  });

  it("lets each function that writes columns make and fill tables of the database", () => {
    const { template } = synthesize({ catalog: { lakeFormation: "functions" } });

    expect(granted(template, "ClosingacmeCompactionFunctionRole")).toMatchObject([
      [["CREATE_TABLE", "DESCRIBE"], { Database: { Name: "slack_audit_lake" } }],
      [
        ["SELECT", "DESCRIBE", "ALTER", "INSERT", "DELETE"],
        { Table: { DatabaseName: "slack_audit_lake", TableWildcard: {} } },
      ],
    ]);
    expect(all(template, GRANT)).toHaveLength(2);
  });

  it("gives a reader all rows and columns through filters, and no bucket", () => {
    expect(granted(template, "Readersanalysts").map(([permissions]) => permissions)).toEqual([
      ["DESCRIBE"],
      ["SELECT", "DESCRIBE"],
      ["SELECT", "DESCRIBE"],
      ["SELECT", "DESCRIBE"],
      ["SELECT", "DESCRIBE"],
      ["SELECT"],
      ["SELECT"],
      ["SELECT"],
      ["SELECT"],
    ]);
    const actions = grants(template, "Readersanalysts").flatMap(({ Action }) => Action);
    expect(actions).toContain("lakeformation:GetDataAccess");
    const { Resource } =
      grants(template, "Readersanalysts").find(({ Action }) => Action.includes("s3:GetObject")) ??
      {};
    expect(JSON.stringify(Resource)).toContain("ArchiveResults");
    expect(JSON.stringify(grants(template, "Readersanalysts"))).not.toContain("ArchiveBucket");
  });

  it("filters rows by source and hides the columns that show people", () => {
    const ofAuditor = all(template, FILTER).filter(([id]) => id.startsWith("Readersauditor"));

    expect(ofAuditor.map(([, { Properties }]) => Properties)).toMatchObject([
      {
        TableName: "audit_logs_columns",
        RowFilter: { FilterExpression: "source = 'acme'" },
        ColumnWildcard: { ExcludedColumnNames: [...SENSITIVE_COLUMNS] },
      },
    ]);
    expect(granted(template, "Readersauditor").at(-1)).toMatchObject([
      ["SELECT"],
      { DataCellsFilter: { TableName: "audit_logs_columns", Name: "slack-audit-lake-auditor" } },
    ]);
    expect(JSON.stringify(granted(template, "Readersauditor"))).not.toContain("audit_log_lines");
  });
});
