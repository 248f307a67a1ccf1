import { type IAMClient, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";

/** What a role is to be allowed. */
export interface RoleCall {
  action: string;
  resource: string;
  /** Condition keys of the call. */
  context?: Readonly<Record<string, string>>;
}

/**
 * Ask IAM what it would decide, permissions boundary and policies of the organization included.
 * Policies of what is called are not.
 *
 * @returns those that it would refuse
 */
export async function findRefused(
  client: IAMClient,
  roleArn: string,
  calls: readonly RoleCall[],
): Promise<RoleCall[]> {
  const refused: RoleCall[] = [];
  for (const call of calls) {
    const { EvaluationResults: [result] = [] } = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: roleArn,
        ActionNames: [call.action],
        ResourceArns: [call.resource],
        ContextEntries: Object.entries(call.context ?? {}).map(([name, value]) => ({
          ContextKeyName: name,
          ContextKeyType: name === "dynamodb:LeadingKeys" ? "stringList" : "string",
          ContextKeyValues: [value],
        })),
      }),
    );
    if (result?.EvalDecision !== "allowed") refused.push(call);
  }
  return refused;
}
