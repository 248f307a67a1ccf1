import {
  type CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { type DeployedStack, DeployedStackError, parseStackOutputs } from "../stack/outputs.ts";

/**
 * Find a deployed stack by its name, in the client's account and region.
 *
 * @throws {DeployedStackError} when there is none, or it is not a Slack Audit Lake
 */
export async function findDeployedStack(
  client: CloudFormationClient,
  name: string,
): Promise<DeployedStack> {
  const region = await client.config.region();
  try {
    const { Stacks: [stack] = [] } = await client.send(
      new DescribeStacksCommand({ StackName: name }),
    );
    return parseStackOutputs(name, region, stack?.Outputs ?? []);
  } catch (error) {
    if (isNoSuchStack(error)) {
      throw new DeployedStackError(
        `there is no stack ${name} in ${region}: deploy it ("npx cdk deploy"), name another with --stack, or its region and account with AWS_REGION and AWS_PROFILE`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** A resource of a stack. */
export interface StackResource {
  type: string;
  /** In the template. */
  logicalId: string;
  /** Its name or ARN. */
  physicalId: string;
}

/** As CloudFormation says it: `UPDATE_COMPLETE`. */
export async function readStackStatus(
  client: CloudFormationClient,
  stackName: string,
): Promise<string> {
  const { Stacks: [stack] = [] } = await client.send(
    new DescribeStacksCommand({ StackName: stackName }),
  );
  return stack?.StackStatus ?? "unknown";
}

/** What a stack created. */
export async function listStackResources(
  client: CloudFormationClient,
  stackName: string,
): Promise<StackResource[]> {
  const resources: StackResource[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stackName },
  )) {
    for (const { ResourceType, LogicalResourceId, PhysicalResourceId } of StackResourceSummaries) {
      if (PhysicalResourceId === undefined) continue;
      resources.push({
        type: ResourceType ?? "",
        logicalId: LogicalResourceId ?? "",
        physicalId: PhysicalResourceId,
      });
    }
  }
  return resources;
}

/** Names of the alarms that a stack created. Their common prefix may also belong to another stack. */
export async function listAlarmNames(
  client: CloudFormationClient,
  stackName: string,
): Promise<Set<string>> {
  const resources = await listStackResources(client, stackName);
  const alarms = resources.filter(({ type }) => type === "AWS::CloudWatch::Alarm");
  return new Set(alarms.map(({ physicalId }) => physicalId));
}

/** CloudFormation has no specific error for a stack that does not exist. */
function isNoSuchStack(error: unknown): boolean {
  return (
    error instanceof CloudFormationServiceException &&
    error.name === "ValidationError" &&
    error.message.includes("does not exist")
  );
}
