import { Stack } from "aws-cdk-lib";
import { ArnPrincipal, CompositePrincipal, Role } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import type { LakeConfig, ReaderConfig } from "../config/schema.ts";
import type { Catalog } from "./catalog.ts";
import { allow, allowKey, viaService } from "./grant.ts";
import { grantReader } from "./lake-formation.ts";

export interface ReadersProps {
  readers: ReaderConfig[];
  lakeFormation: LakeConfig["catalog"]["lakeFormation"];
  catalog: Catalog;
  bucket: IBucket;
  columnsBucket: IBucket;
  resultsBucket: IBucket;
  /** Of results and columns. */
  key: IKey;
}

/** What Athena reads in a reader's name, nobody reads past Athena. */
const VIA_ATHENA = { "ForAnyValue:StringEquals": { "aws:CalledVia": "athena.amazonaws.com" } };

/** A role for each kind of people who query, also of other accounts. */
export class Readers extends Construct {
  constructor(scope: Construct, id: string, props: ReadersProps) {
    super(scope, id);
    for (const reader of props.readers) {
      const role = this.#addRole(reader);
      this.#allowQueries(role, props);
      this.#allowResults(role, props);
      if (props.lakeFormation === "readers") grantReader(role, reader, props.catalog);
      else this.#allowData(role, reader, props);
    }
  }

  #addRole({ name, principals, externalId }: ReaderConfig): Role {
    const { partition } = Stack.of(this);
    const trusted = principals.map((principal) =>
      new ArnPrincipal(
        /^\d{12}$/.test(principal) ? `arn:${partition}:iam::${principal}:root` : principal,
      ).withConditions(
        externalId === undefined ? {} : { StringEquals: { "sts:ExternalId": externalId } },
      ),
    );
    return new Role(this, name, {
      assumedBy: new CompositePrincipal(...trusted),
      description: `Queries the Slack audit logs: ${name}`,
    });
  }

  #allowQueries(role: Role, { catalog }: ReadersProps): void {
    const { partition, region, account } = Stack.of(this);
    const arn = (service: string, path: string) =>
      `arn:${partition}:${service}:${region}:${account}:${path}`;
    allow(role, {
      sid: "Query",
      actions: [
        ...["StartQueryExecution", "StopQueryExecution", "GetQueryExecution", "GetQueryResults"],
        ...["BatchGetQueryExecution", "ListQueryExecutions", "GetWorkGroup"],
        ...["ListNamedQueries", "GetNamedQuery", "BatchGetNamedQuery"],
      ].map((action) => `athena:${action}`),
      resources: [arn("athena", `workgroup/${catalog.workgroup}`)],
    });
    allow(role, {
      sid: "FindCatalog",
      actions: ["athena:GetDataCatalog"],
      resources: [arn("athena", "datacatalog/AwsDataCatalog")],
    });
    const tables = arn("glue", `table/${catalog.database}/*`);
    allow(role, {
      sid: "ReadTables",
      actions: ["Database", "Table", "Tables", "Partition", "Partitions"].map(
        (what) => `glue:Get${what}`,
      ),
      resources: [arn("glue", "catalog"), arn("glue", `database/${catalog.database}`), tables],
      whyWildcard: "The tables and views of the lake's own database.",
    });
  }

  #allowResults(role: Role, { resultsBucket, key }: ReadersProps): void {
    allow(role, {
      sid: "KeepResults",
      actions: [
        ...["s3:GetObject", "s3:PutObject"],
        ...["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      ],
      resources: [resultsBucket.arnForObjects(`${PREFIXES.athenaResults}*`)],
      conditions: VIA_ATHENA,
      whyWildcard: "It ends a prefix: Athena names the results itself.",
    });
    allow(role, {
      sid: "FindResults",
      actions: ["s3:GetBucketLocation", "s3:ListBucket"],
      resources: [resultsBucket.bucketArn],
      conditions: VIA_ATHENA,
    });
    allow(role, {
      sid: "UseKey",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [key.keyArn],
      conditions: viaService(role, "s3"),
    });
  }

  #allowData(role: Role, { sources }: ReaderConfig, props: ReadersProps): void {
    const { bucket, columnsBucket } = props;
    const below = (prefix: string) =>
      sources === undefined ? [`${prefix}*`] : sources.map((name) => `${prefix}source=${name}/*`);
    const prefixes = [PREFIXES.auditLogs, PREFIXES.manifests, PREFIXES.alerts].flatMap(below);
    allow(role, {
      sid: "ReadArchive",
      actions: ["s3:GetObject"],
      resources: prefixes.map((prefix) => bucket.arnForObjects(prefix)),
      conditions: VIA_ATHENA,
      whyWildcard:
        "It ends a prefix: any entry, manifest and alert of the sources that it may read.",
    });
    allow(role, {
      sid: "ListArchive",
      actions: ["s3:ListBucket"],
      resources: [bucket.bucketArn],
      conditions: { ...VIA_ATHENA, StringLike: { "s3:prefix": prefixes } },
    });
    const files =
      sources === undefined
        ? ["*"]
        : ["*/metadata/*", ...sources.map((name) => `*/source=${name}/*`)];
    allow(role, {
      sid: "ReadColumns",
      actions: ["s3:GetObject"],
      resources: files.map((path) => columnsBucket.arnForObjects(path)),
      conditions: VIA_ATHENA,
      whyWildcard: "Iceberg names the files of its table itself, below the folder of their source.",
    });
    allow(role, {
      sid: "FindBuckets",
      actions: ["s3:GetBucketLocation"],
      resources: [bucket.bucketArn, columnsBucket.bucketArn],
      conditions: VIA_ATHENA,
    });
    if (bucket.encryptionKey?.keyArn !== props.key.keyArn) {
      allowKey(role, "s3", bucket.encryptionKey, ["kms:Decrypt"]);
    }
  }
}
