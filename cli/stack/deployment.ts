/** All of AWS that the command line uses. Always imported dynamically: the SDK is optional, and slow to load. */
import { AthenaClient } from "@aws-sdk/client-athena";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type ActiveAlarm, listActiveAlarms } from "../../lib/aws/active-alarms.ts";
import { AthenaColumns } from "../../lib/aws/athena-columns.ts";
import { AthenaDatabase } from "../../lib/aws/athena-database.ts";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../../lib/aws/client-options.ts";
import {
  findDeployedStack,
  listAlarmNames,
  listStackResources,
  readStackStatus,
} from "../../lib/aws/cloudformation-stack.ts";
import { DynamoDbCheckpointStore } from "../../lib/aws/dynamodb-checkpoint-store.ts";
import { KmsManifestSigner } from "../../lib/aws/kms-manifest-signer.ts";
import { findRefused, type RoleCall } from "../../lib/aws/role-simulation.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { listSchedules, type ScheduleStatus } from "../../lib/aws/schedules.ts";
import { StateMachineExecutions } from "../../lib/aws/state-machine-executions.ts";
import { TokenSecret } from "../../lib/aws/token-secret.ts";
import type { ArchiveStore, CheckpointStore } from "../../lib/ports.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import type { DeployedSource, DeployedStack } from "../../lib/stack/outputs.ts";
import { UsageError } from "../errors.ts";

/** A deployed stack, found by its name, and its parts. */
export class Deployment {
  readonly stack: DeployedStack;
  readonly #cloudFormation: CloudFormationClient;

  private constructor(stack: DeployedStack, cloudFormation: CloudFormationClient) {
    this.stack = stack;
    this.#cloudFormation = cloudFormation;
  }

  /** @throws {DeployedStackError} when there is no such stack */
  static async find(stackName: string): Promise<Deployment> {
    const cloudFormation = new CloudFormationClient(CLIENT_OPTIONS);
    return new Deployment(await findDeployedStack(cloudFormation, stackName), cloudFormation);
  }

  get database(): AthenaDatabase {
    return new AthenaDatabase(new AthenaClient(CLIENT_OPTIONS), this.stack, systemClock);
  }

  get archive(): ArchiveStore {
    return new S3ArchiveStore(new S3Client(S3_OPTIONS), this.stack.archiveBucket);
  }

  /** @param signal - stops the query that runs */
  columns(signal: AbortSignal): AthenaColumns {
    const { database } = this;
    return new AthenaColumns(this.archive, {
      execute: (statement) => database.execute(statement, { signal }),
      query: (sql) => database.query(sql, { signal }),
    });
  }

  get checkpoints(): CheckpointStore {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS));
    return new DynamoDbCheckpointStore(client, this.stack.checkpointTable);
  }

  /**
   * @param source - name
   * @throws {UsageError} when the stack has no backfill for it
   */
  backfill(source: string): StateMachineExecutions {
    const arn = this.stack.sources.find(({ name }) => name === source)?.backfillMachine;
    if (arn === undefined) {
      throw new UsageError(
        `the source ${source} of the stack ${this.stack.name} has no backfill: set "enabled: true" for it, and deploy with this version ("npx cdk deploy")`,
      );
    }
    return this.#executions(arn);
  }

  /** @returns undefined when no days are sealed */
  sealing(source: string): StateMachineExecutions | undefined {
    const arn = this.stack.sources.find(({ name }) => name === source)?.sealingMachine;
    return arn === undefined ? undefined : this.#executions(arn);
  }

  #executions(stateMachineArn: string): StateMachineExecutions {
    return new StateMachineExecutions(new SFNClient(CLIENT_OPTIONS), stateMachineArn, systemClock);
  }

  /** The key that checks the signatures of manifests, PEM; undefined when they are not signed. */
  async signingPublicKey(): Promise<string | undefined> {
    const { signingKey } = this.stack;
    return signingKey === undefined
      ? undefined
      : new KmsManifestSigner(new KMSClient(CLIENT_OPTIONS), signingKey).publicKey();
  }

  tokenSecret(source: DeployedSource): TokenSecret {
    return new TokenSecret(new SecretsManagerClient(CLIENT_OPTIONS), source.tokenSecret);
  }

  /** As CloudFormation says it: `UPDATE_COMPLETE`. */
  status(): Promise<string> {
    return readStackStatus(this.#cloudFormation, this.stack.name);
  }

  /** What starts runs and seals. */
  async schedules(): Promise<ScheduleStatus[]> {
    const resources = await listStackResources(this.#cloudFormation, this.stack.name);
    const groups = resources.filter(({ type }) => type === "AWS::Scheduler::ScheduleGroup");
    const client = new SchedulerClient(CLIENT_OPTIONS);
    const found = await Promise.all(
      groups.map(({ physicalId }) => listSchedules(client, physicalId)),
    );
    return found.flat();
  }

  /** Of these calls, those that IAM would refuse the function of a source's live runs. */
  async findRefused({ name, tokenSecret }: DeployedSource, calls: RoleCall[]): Promise<RoleCall[]> {
    const id = `Ingestion${name.replaceAll("-", "")}FunctionRole`;
    const resources = await listStackResources(this.#cloudFormation, this.stack.name);
    const role = resources.find(
      ({ type, logicalId }) => type === "AWS::IAM::Role" && logicalId.includes(id),
    );
    if (role === undefined) throw new Error(`the stack has no role ${id}`);
    const [, partition, , , account] = tokenSecret.split(":");
    const arn = `arn:${partition}:iam::${account}:role/${role.physicalId}`;
    return findRefused(new IAMClient(CLIENT_OPTIONS), arn, calls);
  }

  /** The stack's alarms: how many it has, and the active ones. */
  async alarms(): Promise<{ count: number; active: ActiveAlarm[] }> {
    const names = await listAlarmNames(this.#cloudFormation, this.stack.name);
    const active = await listActiveAlarms(new CloudWatchClient(CLIENT_OPTIONS), names);
    return { count: names.size, active };
  }

  /**
   * @param name - may be left out when the stack has one source
   * @throws {UsageError} when there is no such source, or several and no name
   */
  source(name: string | undefined): DeployedSource {
    const { sources, name: stackName } = this.stack;
    const names = sources.map((source) => source.name).join(", ");
    const [only] = sources;
    if (name === undefined && only !== undefined && sources.length === 1) return only;
    if (name === undefined) {
      throw new UsageError(
        `the stack ${stackName} has several sources: name one with --source (${names})`,
      );
    }
    const found = sources.find((source) => source.name === name);
    if (found === undefined) {
      throw new UsageError(`the stack ${stackName} has no source "${name}"; it has ${names}`);
    }
    return found;
  }
}
