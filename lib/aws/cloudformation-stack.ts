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

/** Names of the alarms that a stack created. Their common prefix may also belong to another stack. */
export async function listAlarmNames(
  client: CloudFormationClient,
  stackName: string,
): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stackName },
  )) {
    for (const { ResourceType, PhysicalResourceId } of StackResourceSummaries) {
      if (ResourceType === "AWS::CloudWatch::Alarm" && PhysicalResourceId !== undefined) {
        names.add(PhysicalResourceId);
      }
    }
  }
  return names;
}

/** CloudFormation has no specific error for a stack that does not exist. */
function isNoSuchStack(error: unknown): boolean {
  return (
    error instanceof CloudFormationServiceException &&
    error.name === "ValidationError" &&
    error.message.includes("does not exist")
  );
}
