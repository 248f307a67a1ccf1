import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import type { AuditLakeConfig } from "../../infra/config/config.ts";
import { Deployment } from "../fakes/local-account/deployment.ts";
import { isAllowed } from "../fakes/local-account/policy.ts";
import { type Resource, synthesize, synthesizeAndValidate } from "./synthesize.ts";

const VARIANTS: [string, Partial<AuditLakeConfig>][] = [
  ["the shortest configuration", {}],
  ["several sources", { sources: [{ name: "acme" }, { name: "acme-gov" }] }],
  ["everything going with the stack", { removalPolicy: "destroy" }],
  [
    "object lock and storage tiers",
    {
      archive: {
        objectLock: { mode: "GOVERNANCE", for: "30d" },
        tiers: [{ storageClass: "GLACIER_IR", after: "90d" }],
      },
    },
  ],
  ["sealed days as events of OCSF", { ocsf: { enabled: true } }],
  ["a weekly report", { weeklyReport: { enabled: true } }],
  ["the detection turned off", { detection: { enabled: false } }],
  [
    "targets for alerts",
    {
      detection: {
        targets: {
          soc: { type: "slack", secret: "audit-lake/soc" },
          bus: {
            type: "eventbridge",
            busArn: "arn:aws:events:eu-central-1:111122223333:event-bus/security",
          },
        },
        routes: [{ targets: ["soc", "bus"] }],
      },
    },
  ],
  ["manifests signed", { closing: { sign: true } }],
  ["no day sealed", { closing: { enabled: false } }],
  [
    "readers",
    {
      catalog: { lakeFormation: "readers" },
      readers: [{ name: "analysts", principals: ["123456789012"], sources: ["acme"] }],
    },
  ],
  [
    "what exists already",
    {
      kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
      archive: {
        existingBucket: {
          name: "acme-evidence",
          kmsKeyArn:
            "arn:aws:kms:eu-central-1:123456789012:key/11234567-89ab-cdef-0123-456789abcdef",
        },
      },
      alerts: { existingTopic: { arn: "arn:aws:sns:eu-central-1:123456789012:alarms" } },
    },
  ],
];

/** Properties that name a resource, so that no other can have the name. */
const NAMES = [
  "AliasName",
  "BucketName",
  "LogGroupName",
  "Name",
  "QueueName",
  "TableName",
  "TopicName",
];

const PREVIOUS_KEY =
  "arn:aws:kms:eu-central-1:123456789012:key/21234567-89ab-cdef-0123-456789abcdef";

describe("SlackAuditLakeStack", () => {
  it("leaves nothing behind whose name the next deployment wants", () => {
    const resources: Record<string, Resource> = synthesize().template.toJSON().Resources;
    const retained = Object.values(resources).filter(({ DeletionPolicy }) =>
      DeletionPolicy?.startsWith("Retain"),
    );

    expect(retained.length).toBeGreaterThan(5);
    for (const { Properties } of retained) {
      expect(NAMES.filter((name) => name in Properties)).toEqual([]);
    }
  });

  it("goes on reading what lies under the keys that it had before", () => {
    const { template } = synthesize({ previousKeyArns: [PREVIOUS_KEY] });
    const deployment = new Deployment(template.toJSON());
    const mayDecrypt = (role: string, service: string) => {
      const context = { "kms:ViaService": `${service}.eu-central-1.amazonaws.com` };
      const call = { action: "kms:Decrypt", resource: PREVIOUS_KEY, context };
      return isAllowed(call, deployment.statementsOf(role));
    };

    for (const [, { Role }] of deployment.all("AWS::Lambda::Function")) {
      expect(mayDecrypt(Role, "s3")).toBe(true);
      expect(mayDecrypt(Role, "secretsmanager")).toBe(true);
      expect(mayDecrypt(Role, "ec2")).toBe(false);
    }
  });

  it("says in one line that CloudFormation takes no stack with so many sources", () => {
    const sources = Array.from({ length: 10 }, (_, index) => ({ name: `acme${index}` }));

    expect(() => synthesize({ sources })).toThrow(
      /^sources: make 5\d\d resources, and CloudFormation takes 500 in a stack; put some into a second stack.*$/,
    );
  });

  it("names the services of China as KMS does there", () => {
    const conditions = JSON.stringify(synthesize().template.toJSON().Resources).match(
      /"kms:ViaService":\{.*?\}\]\]\}|"kms:ViaService":"[^"]*"/g,
    );

    expect(conditions?.length).toBeGreaterThan(10);
    for (const condition of conditions ?? []) expect(condition).toContain("AWS::URLSuffix");
  });

  it.each(VARIANTS)(
    "passes CloudFormation's rules and cdk-nag's AwsSolutions with %s",
    (_what, overrides) => {
      const { app, stack } = synthesizeAndValidate(overrides);
      const report = new AwsSolutionsChecks(app).validateScope(stack);

      expect(
        report.violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources]),
      ).toEqual([]);
      expect(report.success).toBe(true);
    },
  );

  it("gives a reason for each rule that it sets aside", () => {
    const { stack } = synthesize();
    const acknowledgements = stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>));

    expect(acknowledgements.length).toBeGreaterThan(0);
    for (const [rule, reason] of acknowledgements) {
      expect(reason, rule).toMatch(/^[A-Z].{20,}\.$/);
    }
  });

  it("puts out what people and the command line need to find", () => {
    const { template } = synthesize({ sources: [{ name: "acme" }, { name: "acme-gov" }] });
    const outputs = Object.entries(template.findOutputs("*")).map(([name, { Description }]) => [
      name,
      Description,
    ]);

    expect(Object.fromEntries(outputs)).toEqual({
      ArchiveBucket: undefined,
      ResultsBucket: undefined,
      Key: undefined,
      Database: undefined,
      Workgroup: undefined,
      CheckpointTable: undefined,
      NewObjectsTopic: undefined,
      AlertsTopic: undefined,
      ArchiveStartsOn: undefined,
      SourceNameacme: "acme",
      TokenSecretacme: "acme",
      Functionacme: "acme",
      SlackApiacme: "acme",
      IntervalSecondsacme: "acme",
      Backfillacme: "acme",
      Closingacme: "acme",
      SourceNameacmegov: "acme-gov",
      TokenSecretacmegov: "acme-gov",
      Functionacmegov: "acme-gov",
      SlackApiacmegov: "acme-gov",
      IntervalSecondsacmegov: "acme-gov",
      Backfillacmegov: "acme-gov",
      Closingacmegov: "acme-gov",
    });
  });

  it("bounds every role when it is told to", () => {
    const PermissionsBoundary = "arn:aws:iam::123456789012:policy/boundary";
    const { template } = synthesize({ permissionsBoundaryArn: PermissionsBoundary });

    template.allResourcesProperties("AWS::IAM::Role", { PermissionsBoundary });
  });

  it("gives no role a wildcard for all resources", () => {
    const { template } = synthesize();
    const documents = [
      ...Object.values(template.findResources("AWS::IAM::Policy")),
      ...Object.values(template.findResources("AWS::IAM::Role")).flatMap(
        ({ Properties }) => Properties.Policies ?? [],
      ),
    ].map((policy) => policy.Properties?.PolicyDocument ?? policy.PolicyDocument);

    expect(documents.length).toBeGreaterThan(4);
    const statements = documents.flatMap(({ Statement }) => Statement);
    // The one permission that has no resources.
    for (const { Resource, Action } of statements.filter(({ Sid }) => Sid !== "DeliverLog")) {
      expect([Resource].flat()).not.toContain("*");
      expect([Action].flat().filter((action: string) => action.includes("*"))).toEqual([]);
    }
  });

  it("puts the tags on everything that takes tags", () => {
    const { template } = synthesize({ tags: { team: "security" } });
    const buckets = Object.values(template.findResources("AWS::S3::Bucket"));

    for (const { Properties } of buckets) {
      expect(Properties.Tags).toContainEqual({ Key: "team", Value: "security" });
    }
  });
});
