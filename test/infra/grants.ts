/** What a role of the stack may do. */
import type { Template } from "aws-cdk-lib/assertions";
import { resource } from "./synthesize.ts";

type Statement = {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};

/** @param role - the beginning of its logical id */
export function grants(template: Template, role: string): Statement[] {
  return resource(template, "AWS::IAM::Policy", `${role}DefaultPolicy`).Properties.PolicyDocument
    .Statement;
}

export function grant(template: Template, role: string, sid: string): Statement {
  const found = grants(template, role).find(({ Sid }) => Sid === sid);
  if (found === undefined) {
    throw new Error(`no statement ${sid}`);
  }
  return found;
}

/** The path below the bucket at the end of an ARN that CloudFormation puts together. */
export function paths(resources: unknown): string[] {
  return [resources].flat().map((arn) => {
    const [, parts] = (arn as { "Fn::Join": [string, unknown[]] })["Fn::Join"];
    return String(parts.at(-1)).replace(/^\//, "");
  });
}
