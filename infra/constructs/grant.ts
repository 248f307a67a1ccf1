import { Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

export interface Grant {
  sid: string;
  actions: string[];
  resources: string[];
  conditions?: Record<string, Record<string, unknown>>;
  /** Why the resources cannot do without a wildcard; absent when they have none. */
  whyWildcard?: string;
}

/** Let a role do one more thing. */
export function allow(role: Role, { whyWildcard, ...statement }: Grant): void {
  role.addToPolicy(new PolicyStatement(statement));
  if (whyWildcard !== undefined) {
    acknowledgeWildcards(role, statement.resources, whyWildcard);
  }
}

/** Tells cdk-nag why these resources, which a policy below `scope` names, have a wildcard. */
export function acknowledgeWildcards(scope: Construct, resources: string[], reason: string): void {
  for (const resource of resources) {
    const reference: Reference = Stack.of(scope).resolve(resource);
    Validations.of(scope).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${toFinding(reference)}]`,
      reason,
    });
  }
}

/** How CloudFormation writes an ARN that only a deployment knows. */
type Reference =
  | string
  | { Ref: string }
  | { "Fn::GetAtt": [string, string] }
  | { "Fn::Join": [string, Reference[]] }
  | { "Fn::Select": unknown };

/**
 * The same as cdk-nag writes it in a finding, `<ArchiveBucket.Arn>/audit_logs/*`.
 * Ours, so that an app with this construct does not need cdk-nag.
 */
function toFinding(reference: Reference): string {
  if (typeof reference === "string") {
    return reference;
  }
  if ("Ref" in reference) {
    return `<${reference.Ref}>`;
  }
  if ("Fn::GetAtt" in reference) {
    return `<${reference["Fn::GetAtt"].join(".")}>`;
  }
  if ("Fn::Join" in reference) {
    const [delimiter, parts] = reference["Fn::Join"];
    return parts.map(toFinding).join(delimiter);
  }
  return JSON.stringify(reference);
}

/** Let a role use a key through one service only; nothing happens where there is no key. */
export function allowKey(
  role: Role,
  service: string,
  key: IKey | undefined,
  actions: string[],
): void {
  if (key !== undefined) {
    const { region } = Stack.of(role);
    allow(role, {
      sid: `UseKeyThrough${service}`,
      actions,
      resources: [key.keyArn],
      conditions: { StringEquals: { "kms:ViaService": `${service}.${region}.amazonaws.com` } },
    });
  }
}
