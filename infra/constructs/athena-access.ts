/** What a function may do that runs statements in Athena, which works with the function's own rights. */
import { Stack } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import type { Catalog } from "./catalog.ts";
import { viaService } from "./grant.ts";
import type { NodeFunction } from "./node-function.ts";

/** @returns the ARN of something of Glue's in the stack's region */
export function glueArn(scope: Construct, path: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:glue:${region}:${account}:${path}`;
}

/** @param tables - names of tables and views that its statements read */
export function allowQueries(
  handler: NodeFunction,
  { database, workgroup }: Catalog,
  tables: readonly string[],
): void {
  const { partition, region, account } = Stack.of(handler);
  const athena = (path: string) => `arn:${partition}:athena:${region}:${account}:${path}`;
  handler.allow({
    sid: "Query",
    actions: [
      "athena:StartQueryExecution",
      "athena:GetQueryExecution",
      "athena:GetQueryResults",
      "athena:StopQueryExecution",
    ],
    resources: [athena(`workgroup/${workgroup}`)],
  });
  handler.allow({
    sid: "FindCatalog",
    actions: ["athena:GetDataCatalog"],
    resources: [athena("datacatalog/AwsDataCatalog")],
  });
  handler.allow({
    sid: "ReadTables",
    actions: ["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"],
    resources: [
      glueArn(handler, "catalog"),
      glueArn(handler, `database/${database}`),
      ...tables.map((table) => glueArn(handler, `table/${database}/${table}`)),
    ],
  });
}

/** @param key - of the results */
export function allowResults(handler: NodeFunction, resultsBucket: IBucket, key: IKey): void {
  handler.allow({
    sid: "KeepResults",
    actions: [
      "s3:GetObject",
      "s3:PutObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
    ],
    resources: [resultsBucket.arnForObjects(`${PREFIXES.athenaResults}*`)],
    whyWildcard: "It ends a prefix: Athena names the results itself.",
  });
  handler.allow({
    sid: "FindResults",
    actions: ["s3:GetBucketLocation", "s3:ListBucket"],
    resources: [resultsBucket.bucketArn],
  });
  handler.allow({
    sid: "UseResultsAndTableKey",
    actions: ["kms:Decrypt", "kms:GenerateDataKey"],
    resources: [key.keyArn],
    conditions: viaService(handler, "s3"),
  });
}
