import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, it } from "vitest";
import { findDeployedStack, listAlarmNames } from "../../lib/aws/cloudformation-stack.ts";
import { DeployedStackError } from "../../lib/stack/outputs.ts";

const cloudFormation = mockClient(CloudFormationClient);
afterAll(() => cloudFormation.restore());
const client = new CloudFormationClient({ region: "eu-central-1" });
beforeEach(() => cloudFormation.reset());

function refusal(name: string, message: string): CloudFormationServiceException {
  return new CloudFormationServiceException({ name, message, $fault: "client", $metadata: {} });
}

it("says where it looked for a stack that is not there", async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(refusal("ValidationError", "Stack with id Lake does not exist"));

  await expect(findDeployedStack(client, "Lake")).rejects.toThrow(DeployedStackError);
  await expect(findDeployedStack(client, "Lake")).rejects.toThrow(/no stack Lake in eu-central-1/);
});

it.each([
  ["ValidationError", "1 validation error detected"],
  ["AccessDenied", "not authorized: role ada does not exist"],
])("passes %s on", async (name, message) => {
  const error = refusal(name, message);
  cloudFormation.on(DescribeStacksCommand).rejects(error);

  await expect(findDeployedStack(client, "Lake")).rejects.toBe(error);
});

it("lists a stack's alarms over all pages, and nothing else", async () => {
  const resource = (ResourceType: string, PhysicalResourceId: string) => ({
    ResourceType,
    PhysicalResourceId,
    LogicalResourceId: "x",
    LastUpdatedTimestamp: new Date(0),
    ResourceStatus: "CREATE_COMPLETE" as const,
  });
  cloudFormation
    .on(ListStackResourcesCommand)
    .resolvesOnce({
      NextToken: "2",
      StackResourceSummaries: [
        resource("AWS::CloudWatch::Alarm", "a"),
        resource("AWS::S3::Bucket", "b"),
      ],
    })
    .resolvesOnce({ StackResourceSummaries: [resource("AWS::CloudWatch::Alarm", "c")] });

  expect(await listAlarmNames(client, "Lake")).toEqual(new Set(["a", "c"]));
});
