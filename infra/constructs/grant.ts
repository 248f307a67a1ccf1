import { Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { flattenCfnReference } from "cdk-nag/lib/utils/flatten-cfn-reference.js";
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
    const finding = flattenCfnReference(Stack.of(scope).resolve(resource));
    Validations.of(scope).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${finding}]`,
      reason,
    });
  }
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
