import { Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

export interface Grant {
  sid: string;
  actions: string[];
  resources: string[];
  conditions?: Record<string, Record<string, unknown>> | undefined;
  /** Why the resources cannot do without a wildcard; absent when they have none. */
  whyWildcard?: string;
}

/** Let a role do one more thing. */
export function allow(role: Role, { whyWildcard, conditions, ...statement }: Grant): void {
  role.addToPolicy(
    new PolicyStatement({ ...statement, ...(conditions === undefined ? {} : { conditions }) }),
  );
  if (whyWildcard !== undefined) {
    acknowledgeWildcards(role, statement.resources, whyWildcard);
  }
}

/** Tells cdk-nag why these resources, which a policy below `scope` names, have a wildcard. */
export function acknowledgeWildcards(scope: Construct, resources: string[], reason: string): void {
  for (const resource of resources) {
    const finding = toFinding(Stack.of(scope).resolve(resource));
    Validations.of(scope).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${finding}]`,
      reason,
    });
  }
}

/** Only for calls to KMS that one of these services makes in the caller's name. */
export function viaService(scope: Construct, ...services: string[]): Grant["conditions"] {
  const { region, urlSuffix } = Stack.of(scope); // in China it ends with .cn
  const names = services.map((service) => `${service}.${region}.${urlSuffix}`);
  return { StringEquals: { "kms:ViaService": names.length === 1 ? names[0] : names } };
}

/** Let a role use a key through one service only; nothing happens where there is no key. */
export function allowKey(
  role: Role,
  service: string,
  key: IKey | undefined,
  actions: string[],
): void {
  if (key !== undefined) {
    allow(role, {
      sid: `UseKeyThrough${service}`,
      actions,
      resources: [key.keyArn],
      conditions: viaService(role, service),
    });
  }
}

/**
 * A resource as cdk-nag names it: `<Bucket.Arn>/*`. Written here, so that the construct
 * works where cdk-nag is not installed.
 *
 * @param resource - text, or one of CloudFormation's functions
 */
function toFinding(resource: unknown): string {
  if (typeof resource === "string") {
    return resource;
  }
  const [[name, value] = []] = Object.entries(resource as Record<string, unknown>);
  switch (name) {
    case "Ref":
      return `<${value}>`;
    case "Fn::GetAtt":
      return `<${(value as string[]).join(".")}>`;
    case "Fn::Join": {
      const [separator, parts] = value as [string, unknown[]];
      return parts.map(toFinding).join(separator);
    }
    default:
      return JSON.stringify(resource);
  }
}
