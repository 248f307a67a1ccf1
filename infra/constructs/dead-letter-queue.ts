import { Duration, Validations } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/** Where what could not be delivered waits, 14 days, for a person. Monitoring alarms on the first message. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      // The messages are names of objects and of sources, no entries: SQS's
      // own key will do, and needs no policy for each service that sends.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is a dead-letter queue itself.",
    });
  }
}
