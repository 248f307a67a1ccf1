import { describe, expect, it } from "vitest";
import { Deployment } from "../../fakes/local-account/deployment.ts";
import { isAllowed } from "../../fakes/local-account/policy.ts";
import { type Resource, resource, synthesize } from "../synthesize.ts";

const { template } = synthesize({
  sources: [{ name: "acme" }, { name: "other" }],
  detection: { addressTable: true, context: { countries: "included" } },
  readers: [
    { name: "analysts", principals: ["arn:aws:iam::111122223333:role/Analyst"] },
    {
      name: "auditor",
      principals: ["444455556666"],
      externalId: "acme-2026",
      sources: ["acme"],
      masked: true,
    },
  ],
});
const deployment = new Deployment(template.toJSON());
const named = (type: string, id: string) => deployment.named(deployment.one(type, id)[0]);
const bucket = (id: string) => named("AWS::S3::Bucket", id).arn;
const region = "eu-central-1:111122223333";
const workgroup = `arn:aws:athena:${region}:workgroup/slack-audit-lake`;
const VIA_ATHENA = { "aws:CalledVia": ["athena.amazonaws.com"] };

const may = (reader: string, action: string, arn: string, context: object = VIA_ATHENA) =>
  isAllowed(
    { action, resource: arn, context: context as Record<string, string> },
    deployment.statementsOf(deployment.one("AWS::IAM::Role", `Readers${reader}`)[0]),
  );

const LINES = "audit_logs/source=acme/dt=2026-03-02/hour=09/x.json.gz";
const OTHER = LINES.replace("acme", "other");

describe("a reader", () => {
  it("of one source reads what is known of its addresses, and no others'", () => {
    const of = (source: string) =>
      `${bucket("ArchiveResults")}/address_context/source=${source}/dt=2026-03-02/x`;
    expect(may("auditor", "s3:GetObject", of("acme"))).toBe(true);
    expect(may("auditor", "s3:GetObject", of("other"))).toBe(false);
  });

  it.each(["analysts", "auditor"])(
    "%s queries in the stack's workgroup, and in no other",
    (name) => {
      expect(may(name, "athena:StartQueryExecution", workgroup)).toBe(true);
      expect(may(name, "athena:GetQueryResults", workgroup)).toBe(true);
      expect(may(name, "athena:StartQueryExecution", `${workgroup}-2`)).toBe(false);
      expect(
        may(name, "glue:GetTable", `arn:aws:glue:${region}:table/slack_audit_lake/audit_logs`),
      ).toBe(true);
      expect(may(name, "glue:GetTable", `arn:aws:glue:${region}:table/elsewhere/audit_logs`)).toBe(
        false,
      );
    },
  );

  it("reads evidence, columns and results through Athena only", () => {
    const objects: [string, string][] = [
      ["s3:GetObject", `${bucket("ArchiveBucket")}/${LINES}`],
      ["s3:GetObject", `${bucket("ArchiveBucket")}/manifests/source=acme/dt=2026-03-02.json`],
      ["s3:GetObject", `${bucket("ArchiveColumns")}/id/data/source=acme/dt=2026-03-02/x.parquet`],
      ["s3:GetObject", `${bucket("ArchiveResults")}/address_context/source=acme/dt=2026-03-02/x`],
      ["s3:GetObject", `${bucket("ArchiveResults")}/athena-results/x.csv`],
      ["s3:PutObject", `${bucket("ArchiveResults")}/athena-results/x.csv`],
    ];
    for (const [action, arn] of objects) {
      expect(may("analysts", action, arn)).toBe(true);
      expect(may("analysts", action, arn, {})).toBe(false);
    }
    const prefix = { "s3:prefix": "audit_logs/source=acme/" };
    const list = ["analysts", "s3:ListBucket", bucket("ArchiveBucket")] as const;
    expect(may(...list, { ...VIA_ATHENA, ...prefix })).toBe(true);
    expect(may(...list, prefix)).toBe(false);
  });

  it.each([
    ["s3:PutObject", "ArchiveBucket", LINES],
    ["s3:DeleteObject", "ArchiveBucket", LINES],
    ["s3:GetObject", "ArchiveBucket", "quarantine/source=acme/dt=2026-03-02/hour=09/x.json.gz"],
    ["s3:PutObject", "ArchiveColumns", "id/data/x.parquet"],
    ["s3:DeleteObject", "ArchiveResults", "athena-results/x.csv"],
  ])("may not call %s in %s, also through Athena", (action, id, key) => {
    expect(may("analysts", action, `${bucket(id)}/${key}`)).toBe(false);
  });

  it("changes no table and reads no token", () => {
    const table = `arn:aws:glue:${region}:table/slack_audit_lake/audit_logs`;
    for (const action of ["CreateTable", "UpdateTable", "DeleteTable"]) {
      expect(may("analysts", `glue:${action}`, table)).toBe(false);
    }
    const secret = named("AWS::SecretsManager::Secret", "Ingestionacme").ref;
    expect(may("analysts", "secretsmanager:GetSecretValue", secret)).toBe(false);
  });

  it("of one source reads the entries of no other, from lines or columns", () => {
    const archive = bucket("ArchiveBucket");
    const columns = `${bucket("ArchiveColumns")}/id/data`;
    expect(may("auditor", "s3:GetObject", `${archive}/${LINES}`)).toBe(true);
    expect(may("auditor", "s3:GetObject", `${archive}/${OTHER}`)).toBe(false);
    expect(may("auditor", "s3:GetObject", `${columns}/source=acme/dt=2026-03-02/x.parquet`)).toBe(
      true,
    );
    expect(may("auditor", "s3:GetObject", `${columns}/source=other/dt=2026-03-02/x.parquet`)).toBe(
      false,
    );
    expect(may("auditor", "s3:GetObject", `${bucket("ArchiveColumns")}/id/metadata/x.json`)).toBe(
      true,
    );
  });

  it("of another account takes its role with the id that was agreed on", () => {
    const trust = ({ Properties }: Resource) => Properties.AssumeRolePolicyDocument.Statement;

    expect(trust(resource(template, "AWS::IAM::Role", "Readersauditor"))).toEqual([
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: {
          AWS: { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":iam::444455556666:root"]] },
        },
        Condition: { StringEquals: { "sts:ExternalId": "acme-2026" } },
      },
    ]);
    expect(trust(resource(template, "AWS::IAM::Role", "Readersanalysts"))).toMatchObject([
      { Principal: { AWS: "arn:aws:iam::111122223333:role/Analyst" } },
    ]);
  });

  it("that is to be masked has a view without plain addresses, which is there for nobody else", () => {
    const views = (readers: object[]) =>
      Object.keys(synthesize({ readers } as never).template.findResources("AWS::Glue::Table"));
    const view = resource(template, "AWS::Glue::Table", "CatalogMasked").Properties.TableInput;

    expect(view.Name).toBe("audit_logs_masked");
    expect(views([])).not.toContainEqual(expect.stringMatching(/^CatalogMasked/));
  });

  it("is no role unless it is configured", () => {
    const roles = synthesize().template.findResources("AWS::IAM::Role");

    expect(Object.keys(roles).filter((id) => id.startsWith("Readers"))).toEqual([]);
  });
});
