import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeAwsError } from "../../../cli/stack/aws-problem.ts";
import { CLIENT_OPTIONS } from "../../../lib/aws/client-options.ts";
import { AwsRefusal, LocalAws } from "../../fakes/local-aws.ts";

afterEach(() => vi.unstubAllEnvs());

/** What the SDK itself throws. */
async function failure(
  environment: Record<string, string>,
  options: object = {},
): Promise<unknown> {
  const none = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
  for (const name of ["AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
    vi.stubEnv(name, undefined);
  }
  for (const [name, value] of Object.entries({
    ...none,
    AWS_EC2_METADATA_DISABLED: "true",
    ...environment,
  })) {
    vi.stubEnv(name, value);
  }
  const client = new CloudFormationClient({ ...CLIENT_OPTIONS, maxAttempts: 1, ...options });
  return client.send(new DescribeStacksCommand({ StackName: "x" })).catch((error) => error);
}

describe("describeAwsError", () => {
  it("says how to name a region", async () => {
    expect(describeAwsError(await failure({}))).toMatch(/no AWS region: set AWS_REGION/);
  });

  it("says how to sign in", async () => {
    const error = await failure({ AWS_REGION: "eu-central-1" });
    expect(describeAwsError(error)).toMatch(
      /^there are no AWS credentials .*aws sso login.*AWS_PROFILE/,
    );
  });

  it("says that nothing listens", async () => {
    const error = await failure({
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    });
    expect(describeAwsError(error)).toMatch(/^cannot reach AWS \(connect ECONNREFUSED .*network/);
  });

  it.each([
    ["ExpiredToken", /^AWS rejected the credentials \(ExpiredToken\): sign in/],
    ["AccessDenied", /^AWS denied access: not now: set AWS_PROFILE/],
    ["InternalFailure", /^AWS answered InternalFailure: not now$/],
  ])("puts the answer %s in one line", async (type, line) => {
    const aws = await LocalAws.start({ name: "y", outputs: [], alarms: [] }, {});
    aws.refusal = new AwsRefusal(type, "not now");
    const error = await failure(aws.environment);
    await aws.stop();
    expect(describeAwsError(error)).toMatch(line);
  });

  it.each([new TypeError("x is not a function"), new Error("bug"), "text"])(
    "leaves %s to others",
    (error) => {
      expect(describeAwsError(error)).toBeUndefined();
    },
  );
});
