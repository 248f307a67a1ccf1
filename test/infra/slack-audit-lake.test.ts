import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { ConfigError, SlackAuditLake } from "../../infra/index.ts";
import { parseStackOutputs } from "../../lib/stack/outputs.ts";
import { MINIMAL_CONFIG, synthesize, WITHOUT_COPIES } from "./synthesize.ts";

/** An app of someone else's: with the CDK's own defaults instead of this project's settings. */
function foreignStack(): Stack {
  return new Stack(new App({ context: WITHOUT_COPIES }), "Security");
}

function countByType(template: Template): Record<string, number> {
  const types = Object.values(template.toJSON().Resources).map(
    (resource) => (resource as { Type: string }).Type,
  );
  return Object.fromEntries(
    [...new Set(types)]
      .toSorted()
      .map((type) => [type, types.filter((other) => other === type).length]),
  );
}

describe("SlackAuditLake in another app", () => {
  const stack = foreignStack();
  const lake = new SlackAuditLake(stack, "Lake", MINIMAL_CONFIG);
  const template = Template.fromStack(stack);

  it("is what the stack of this project is, below its own id", () => {
    expect(countByType(template)).toEqual(countByType(synthesize().template));
    for (const id of Object.keys(template.toJSON().Resources)) {
      expect(id).toMatch(/^Lake/);
    }
  });

  it("is found by the command line under the name of its stack", () => {
    const outputs = Object.entries(template.findOutputs("*")).map(([OutputKey, output]) => ({
      OutputKey,
      OutputValue: typeof output.Value === "string" ? output.Value : "made by CloudFormation",
      Description: output.Description,
    }));

    expect(parseStackOutputs("Security", "eu-central-1", outputs)).toMatchObject({
      name: "Security",
      sources: [{ name: "acme", intervalSeconds: 300 }],
    });
  });

  it("hands out what other constructs of the stack may want", () => {
    const resolve = (token: string) => stack.resolve(token);

    expect(resolve(lake.archiveBucket.bucketName)).toEqual({
      Ref: expect.stringMatching(/^LakeArchiveBucket/),
    });
    expect(resolve(lake.newObjectsTopic.topicArn)).toEqual({
      Ref: expect.stringMatching(/^LakeEventsTopic/),
    });
    expect(resolve(lake.alertsTopic.topicArn)).toEqual({
      Ref: expect.stringMatching(/^LakeNotificationsTopic/),
    });
    expect(resolve(lake.key.keyArn)).toEqual({
      "Fn::GetAtt": [expect.stringMatching(/^LakeEncryptionKey/), "Arn"],
    });
  });

  it("passes cdk-nag's AwsSolutions there, too", () => {
    const report = new AwsSolutionsChecks(stack.node.root).validateScope(stack);

    expect(
      report.violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources]),
    ).toEqual([]);
  });

  it("says in one line a problem what is wrong with its properties, and of which construct", () => {
    expect(
      () =>
        new SlackAuditLake(foreignStack(), "Lake", {
          archiveStartsOn: "2026-01-01",
          sources: [{ name: "A", schedule: "1s" }],
        }),
    ).toThrow(
      /^Security\/Lake: sources\[0\]\.name: "A" is not a source name: .+\nSecurity\/Lake: sources\[0\]\.schedule: "1s" is not a duration .+$/,
    );
  });

  it("is alone in its stack, whose name its alarms and outputs have", () => {
    const stack = foreignStack();
    new SlackAuditLake(stack, "One", MINIMAL_CONFIG);

    expect(() => new SlackAuditLake(stack, "Two", MINIMAL_CONFIG)).toThrow(
      new ConfigError(
        "Security/Two: the stack holds Security/One already; put each SlackAuditLake into a stack of its own",
      ),
    );
  });
});
