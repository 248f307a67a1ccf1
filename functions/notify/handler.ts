/**
 * Routing: SNS topic of the alerts → SQS queue of a target → this function → the target.
 *
 * Each target has a queue and a function of its own, so that one that fails holds up no other.
 * The event source needs `ReportBatchItemFailures` and a batch size of 1; the queue a visibility
 * timeout longer than the function's time-out.
 *
 * An alert that the target may take later comes again after a while that grows. One that it
 * refuses goes to the dead letters at once, as does a message that is no alert.
 */

import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { DynamoDbAlertLedger } from "../../lib/aws/dynamodb-alert-ledger.ts";
import { EventBusSink } from "../../lib/aws/event-bus-sink.ts";
import { SecretVersions } from "../../lib/aws/secret-versions.ts";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";
import { SqsQueue } from "../../lib/aws/sqs-queue.ts";
import { deliverAlert, retryDelaySeconds } from "../../lib/notify/deliver-alert.ts";
import { makeTarget } from "../../lib/notify/make-target.ts";
import { parseAlert } from "../../lib/notify/parse-alert.ts";
import { routeAlert } from "../../lib/notify/route-alert.ts";
import { TargetRefusedError, TargetUnavailableError } from "../../lib/notify/target.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { deliveryKey } from "../../lib/stack/detection-keys.ts";
import { NOTIFY_METRICS, SERVICES, TARGET_DIMENSION } from "../../lib/stack/metrics.ts";
import { NOTIFY_ENVIRONMENT } from "../../lib/stack/notify-environment.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { addCounts, createFunction } from "../lambda-function.ts";

/** 14 days in the queue, 14 among the dead letters, and 14 more when it is sent back from there. */
const MAX_DELIVERY_SECONDS = 42 * SECONDS_PER_DAY;

const { environment, logger, metrics, ...lambda } = createFunction(
  SERVICES.notify,
  NOTIFY_ENVIRONMENT,
);
const { TARGET_NAME: name, ROUTES: routes } = environment;
metrics.setDefaultDimensions({ [TARGET_DIMENSION]: name });
logger.appendPersistentKeys({ target: name }); // errors do not name it

const queue = new SqsQueue(new SQSClient({ ...CLIENT_OPTIONS, useQueueUrlAsEndpoint: false }), {
  queue: environment.QUEUE_URL,
  deadLetters: environment.DEAD_LETTERS_URL,
});
const secrets = new SecretsManagerClient(CLIENT_OPTIONS);
const target = makeTarget(environment.TARGET, {
  fetch,
  timeout: (ms) => AbortSignal.timeout(ms),
  clock: systemClock,
  random: Math.random,
  readSecret: async (id) => (await new SecretVersions(secrets, id).current()).text,
  sinkOf: (settings) =>
    settings.type === "sns"
      ? new SnsNotificationSink(new SNSClient(CLIENT_OPTIONS), settings.topicArn)
      : new EventBusSink(new EventBridgeClient(CLIENT_OPTIONS), settings.busArn),
});
const ledger = new DynamoDbAlertLedger(
  DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS)),
  environment.DETECTION_TABLE,
  deliveryKey(name),
);

async function notify(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchItemFailure[] = [];
  for (const record of event.Records) {
    if (!(await take(record))) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}

/** @returns whether the message is done with; false: it comes again */
async function take(record: SQSRecord): Promise<boolean> {
  const { messageId, body } = record;
  try {
    const alert = parseAlert(body);
    if (!routeAlert(alert, routes).includes(name)) return true;
    const delivered = await deliverAlert(
      alert,
      target,
      { ledger, clock: systemClock },
      {
        owner: randomUUID(),
        forgetAt: Math.floor(systemClock.nowMs() / 1000) + MAX_DELIVERY_SECONDS,
      },
    );
    logger.info("an alert was looked at", { alertId: alert.id, delivered });
    if (delivered === "in_flight") return await comeAgain(record, undefined);
    if (delivered === "delivered") addCounts(metrics, NOTIFY_METRICS, { delivered: 1 });
    return true;
  } catch (error) {
    if (error instanceof TargetRefusedError) {
      logger.error("an alert was refused, and put aside", { messageId, error });
      addCounts(metrics, NOTIFY_METRICS, { refused: 1 });
      await queue.putAside(body);
      return true;
    }
    logger.error("an alert was not delivered, and comes again", {
      messageId,
      error: error as Error,
    });
    addCounts(metrics, NOTIFY_METRICS, { failed: 1 });
    const asked = error instanceof TargetUnavailableError ? error.retryAfterSeconds : undefined;
    return await comeAgain(record, asked);
  }
}

async function comeAgain(
  { receiptHandle, attributes }: SQSRecord,
  retryAfterSeconds: number | undefined,
): Promise<false> {
  const attempts = Number(attributes.ApproximateReceiveCount);
  const seconds = retryDelaySeconds(attempts, retryAfterSeconds, Math.random());
  await queue.delay(receiptHandle, seconds);
  return false;
}

export const handler = lambda.handler(notify);
