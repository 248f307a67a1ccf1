/**
 * The outputs of a deployed stack: what the stack is written with, and the
 * command line reads.
 */

/** What the stack is called unless its configuration says otherwise. */
export const DEFAULT_STACK_NAME = "SlackAuditLake";

/** Of the whole stack. */
export const STACK_OUTPUTS = {
  archiveBucket: "ArchiveBucket",
  resultsBucket: "ResultsBucket",
  /** Of events of OCSF; absent when there are none. */
  eventsBucket: "EventsBucket",
  key: "Key",
  database: "Database",
  workgroup: "Workgroup",
  checkpointTable: "CheckpointTable",
  newObjectsTopic: "NewObjectsTopic",
  alertsTopic: "AlertsTopic",
  /** The first day that queries in Athena see. */
  archiveStartsOn: "ArchiveStartsOn",
  /** Absent when manifests are not signed. */
  signingKey: "SigningKey",
  /** Of this product, as it was deployed. */
  version: "Version",
} as const;

/**
 * Of each source: their names begin like this, and they share a description. It is the source's
 * name, unless the stack has an output that says the name: a template cannot describe an output
 * with a parameter.
 */
export const SOURCE_OUTPUTS = {
  /** Absent of a stack of version 0.1. */
  name: "SourceName",
  tokenSecret: "TokenSecret",
  function: "Function",
  slackApi: "SlackApi",
  interval: "IntervalSeconds",
  /** The state machines; a source that is not enabled has none. */
  backfill: "Backfill",
  closing: "Closing",
} as const;

/** The interval of a source that is not scheduled. */
export const NO_INTERVAL = "none";

/** An output as CloudFormation tells it. */
export interface StackOutput {
  OutputKey?: string | undefined;
  OutputValue?: string | undefined;
  Description?: string | undefined;
}

export interface DeployedSource {
  name: string;
  /** ARN of the secret. */
  tokenSecret: string;
  /** Base URL of the Audit Logs API. */
  slackApi: string;
  /** Name of the function of the live runs; absent of a stack of version 0.1. */
  functionName: string | undefined;
  /** How often a run starts; absent when none does. */
  intervalSeconds: number | undefined;
  /** ARNs of its state machines; absent when it has none. */
  backfillMachine: string | undefined;
  sealingMachine: string | undefined;
}

export interface DeployedStack {
  name: string;
  region: string;
  archiveBucket: string;
  database: string;
  workgroup: string;
  checkpointTable: string;
  /** The first day that queries in Athena see, UTC, `YYYY-MM-DD`; absent of a stack of version 0.1. */
  archiveStartsOn: string | undefined;
  /** ARN of the key that manifests are signed with; absent when they are not. */
  signingKey: string | undefined;
  /** Of this product, as it was deployed; absent before the versions that tell it. */
  version: string | undefined;
  /** By name, ascending. */
  sources: DeployedSource[];
}

/** There is no such stack, or one of another version. */
export class DeployedStackError extends Error {
  override readonly name = "DeployedStackError";
  readonly code = "stack_unusable";
}

/** @throws {DeployedStackError} when an output is missing: another version made the stack, or another program */
export function parseStackOutputs(
  name: string,
  region: string,
  outputs: readonly StackOutput[],
): DeployedStack {
  const find = (kind: string, source?: string): string | undefined =>
    outputs.find(
      ({ OutputKey = "", Description }) =>
        Description === source &&
        (source === undefined ? OutputKey === kind : OutputKey.startsWith(kind)),
    )?.OutputValue;
  const toValue = (kind: string, source?: string): string => {
    const value = find(kind, source);
    if (value === undefined) {
      throw new DeployedStackError(
        `the stack ${name} in ${region} has no output ${kind}${source === undefined ? "" : ` of ${source}`}: deploy it with this version ("npx cdk deploy"), or name another with --stack`,
      );
    }
    return value;
  };
  const sources = outputs
    .filter(({ OutputKey = "" }) => OutputKey.startsWith(SOURCE_OUTPUTS.tokenSecret))
    .map(({ Description = "" }) => Description)
    .toSorted();
  return {
    name,
    region,
    archiveBucket: toValue(STACK_OUTPUTS.archiveBucket),
    database: toValue(STACK_OUTPUTS.database),
    workgroup: toValue(STACK_OUTPUTS.workgroup),
    checkpointTable: toValue(STACK_OUTPUTS.checkpointTable),
    archiveStartsOn: find(STACK_OUTPUTS.archiveStartsOn),
    signingKey: find(STACK_OUTPUTS.signingKey),
    version: find(STACK_OUTPUTS.version),
    sources: sources.map((source) => {
      const interval = toValue(SOURCE_OUTPUTS.interval, source);
      return {
        name: find(SOURCE_OUTPUTS.name, source) ?? source,
        tokenSecret: toValue(SOURCE_OUTPUTS.tokenSecret, source),
        slackApi: toValue(SOURCE_OUTPUTS.slackApi, source),
        functionName: find(SOURCE_OUTPUTS.function, source),
        intervalSeconds: interval === NO_INTERVAL ? undefined : Number(interval),
        backfillMachine: find(SOURCE_OUTPUTS.backfill, source),
        sealingMachine: find(SOURCE_OUTPUTS.closing, source),
      };
    }),
  };
}
