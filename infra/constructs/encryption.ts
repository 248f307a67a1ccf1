import type { RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

export interface EncryptionProps {
  /** Use this key instead of a new one; its policy must already allow what a new one's would. */
  existingKeyArn: string | undefined;
  removalPolicy: RemovalPolicy;
}

/** The one key under which archive, results, secrets and topics lie. */
export class Encryption extends Construct {
  readonly key: IKey;

  constructor(scope: Construct, id: string, props: EncryptionProps) {
    super(scope, id);
    if (props.existingKeyArn !== undefined) {
      this.key = Key.fromKeyArn(this, "Key", props.existingKeyArn);
      return;
    }
    this.key = new Key(this, "Key", {
      description: "Slack audit logs: archive, query results, tokens, topics",
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
    // Publishers to an encrypted topic need its key. AWS supports no condition on
    // the source here: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [
          new ServicePrincipal("cloudwatch.amazonaws.com"),
          new ServicePrincipal("events.amazonaws.com"),
        ],
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        resources: ["*"], // in a key's policy: this key
      }),
    );
  }
}
