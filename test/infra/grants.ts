/** What a role of the stack may do. */
import type { Template } from "aws-cdk-lib/assertions";
import { Deployment } from "../fakes/local-account/deployment.ts";
import { isAllowed } from "../fakes/local-account/policy.ts";
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

/**
 * All that a role may do, as if the stack were deployed.
 *
 * @param role - the beginning of its logical id
 */
export function rightsOf(template: Template, role: string) {
  const deployment = new Deployment(template.toJSON());
  const statements = deployment.statementsOf(deployment.one("AWS::IAM::Role", role)[0]);
  /** @param bucket - the beginning of its logical id; what is put there replaces nothing */
  const may = (action: string, bucket: string, key: string) => {
    const { arn } = deployment.named(deployment.one("AWS::S3::Bucket", bucket)[0]);
    const context = { "s3:if-none-match": "*", "aws:SecureTransport": "true" };
    return isAllowed({ action, resource: `${arn}/${key}`, context }, statements);
  };
  return { statements, may };
}

/** The path below the bucket at the end of an ARN that CloudFormation puts together. */
export function paths(resources: unknown): string[] {
  return [resources].flat().map((arn) => {
    const [, parts] = (arn as { "Fn::Join": [string, unknown[]] })["Fn::Join"];
    return String(parts.at(-1)).replace(/^\//, "");
  });
}
