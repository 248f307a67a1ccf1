import { Duration, Validations } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Monitoring } from "./monitoring.ts";

export interface DeadLetterQueueProps {
  /** Whose letters they are, in the name of the alarm. */
  subject: string;
  monitoring: Monitoring;
}

/** Where what could not be delivered waits, 14 days, for a person, who hears of the first message. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, { subject, monitoring }: DeadLetterQueueProps) {
    super(scope, id, {
      // The messages are names of objects and of sources, or alerts: SQS's
      // own key will do, and needs no policy for each service that sends.
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is a dead-letter queue itself.",
    });
    monitoring.add({
      subject,
      alarms: [
        {
          article: "dead-letters",
          summary: "Something could not be delivered and waits in a dead-letter queue.",
          metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
        },
      ],
    });
  }
}
