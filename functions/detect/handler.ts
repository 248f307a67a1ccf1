/**
 * Detection: S3 → EventBridge rule ('Object Created', prefix `audit_logs/`) →
 * SQS queue → this function → SNS.
 *
 * The queue stands in between for what EventBridge's own invocation lacks: a
 * visible backlog, a retry of single events out of a batch, and a dead-letter
 * queue from which events can be sent back. The event source needs
 * `ReportBatchItemFailures`; the queue a visibility timeout of at least six times
 * the function's time-out, so above `CLAIM_MS` too, and a dead-letter queue after
 * five receives. The message body is the event as EventBridge wrote it, also
 * behind SNS with raw message delivery.
 *
 * An event that fails comes again, and publishes nothing twice.
 */

import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../../lib/aws/client-options.ts";
import { DynamoDbAlertLedger } from "../../lib/aws/dynamodb-alert-ledger.ts";
import { DynamoDbCorrelationStore } from "../../lib/aws/dynamodb-correlation-store.ts";
import { DynamoDbSeenNamesStore } from "../../lib/aws/dynamodb-seen-names-store.ts";
import { S3AddressTable } from "../../lib/aws/s3-address-table.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";
import { AlertLog } from "../../lib/detect/alert-log.ts";
import { parseRuleOverrides } from "../../lib/detect/configure.ts";
import {
  type Consumed,
  type ConsumePorts,
  consumeObject,
} from "../../lib/detect/consume-object.ts";
import { readContext } from "../../lib/detect/context/read-context.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { parseObjectCreated } from "../../lib/detect/object-created-event.ts";
import { withOwnRules } from "../../lib/detect/own-rules.ts";
import type { Raised } from "../../lib/detect/raise-alerts.ts";
import { SeenNames } from "../../lib/detect/seen-names.ts";
import { Suppressions } from "../../lib/detect/suppressions.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { DETECT_ENVIRONMENT } from "../../lib/stack/detect-environment.ts";
import { DETECT_METRICS, SERVICES } from "../../lib/stack/metrics.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { logFailedLookUps, readContextFiles } from "../context-files.ts";
import { addCounts, createFunction, withoutZeros } from "../lambda-function.ts";
import { readOwnRules, readSuppressions } from "./files-beside-code.ts";

const { environment, logger, metrics, ...lambda } = createFunction(
  SERVICES.detect,
  DETECT_ENVIRONMENT,
);

const dynamoDb = DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS));

const s3 = new S3Client(S3_OPTIONS);
const archive = new S3ArchiveStore(s3, environment.ARCHIVE_BUCKET);

const rules = withOwnRules(DETECTIONS, await readOwnRules(import.meta.url));
const context = readContext(readContextFiles(import.meta.url));

const ports: ConsumePorts = {
  archive,
  log: environment.ALERT_LOG === undefined ? undefined : new AlertLog(archive),
  detector: new Detector({
    rules,
    overrides: parseRuleOverrides(environment.DETECTION_RULES, rules),
    suppressions: new Suppressions(readSuppressions(import.meta.url, rules)),
    context: {
      ownAppIds: environment.OWN_APP_IDS,
      ownInstallerIds: environment.OWN_INSTALLER_IDS,
      ...context,
    },
    periodSeconds: environment.ALERT_PERIOD_SECONDS,
  }),
  correlations: new DynamoDbCorrelationStore(dynamoDb, environment.DETECTION_TABLE),
  ledger: new DynamoDbAlertLedger(dynamoDb, environment.DETECTION_TABLE),
  sink: new SnsNotificationSink(new SNSClient(CLIENT_OPTIONS), environment.ALERT_TOPIC_ARN),
  vocabulary: new SeenNames(new DynamoDbSeenNamesStore(dynamoDb, environment.DETECTION_TABLE)),
  addressTable:
    environment.ADDRESS_TABLE_BUCKET === undefined
      ? undefined
      : new S3AddressTable(s3, environment.ADDRESS_TABLE_BUCKET),
  clock: systemClock,
  onRaised: reportRaised,
};

/** One object after the other: memory holds one. */
async function consumeBatch(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchItemFailure[] = [];
  for (const { messageId, body } of event.Records) {
    try {
      const object = parseObjectCreated(body, environment.ARCHIVE_BUCKET);
      const consumed = await consumeObject(object, ports, {
        maxEntryAgeSeconds: environment.MAX_ENTRY_AGE_DAYS * SECONDS_PER_DAY,
        owner: randomUUID(),
      });
      report(object.key, consumed);
    } catch (error) {
      logger.error("an event failed and comes again", { messageId, error: error as Error });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  addCounts(metrics, DETECT_METRICS, withoutZeros({ failed: batchItemFailures.length }));
  return { batchItemFailures };
}

function report(objectKey: string, consumed: Consumed): void {
  const { unreadable, failures, tooOld, published, suppressed, withheld, ...counts } = consumed;
  const ruleFailures = [...failures.values()].reduce((sum, { count }) => sum + count, 0);
  for (const [ruleId, { count, entryId, error }] of failures) {
    const where = { objectKey, ruleId, entryId, count };
    logger.error("a rule threw", { ...where, error: error as Error });
  }
  logFailedLookUps(logger, context.addresses, { objectKey });
  if (unreadable.length > 0) {
    logger.error("lines that are no entry", { objectKey, lines: unreadable.slice(0, 10) });
  }
  logger.info("an object was looked at", {
    ...{ objectKey, tooOld, published, suppressed, withheld: withheld.length },
    ...counts,
  });
  const all = {
    objects: 1,
    tooOld: tooOld ? 1 : 0,
    ...counts,
    ruleFailures,
    unreadable: unreadable.length,
  };
  addCounts(metrics, DETECT_METRICS, withoutZeros(all));
}

function reportRaised({ published, suppressed, withheld }: Raised): void {
  for (const { id: alertId, objectKey, title, severity, suppression, entries } of withheld) {
    const what = { alertId, title, severity, ...suppression, entries };
    logger.info("an alert was suppressed", { objectKey, ...what });
  }
  const counts = { published, suppressed, withheld: withheld.length };
  addCounts(metrics, DETECT_METRICS, withoutZeros(counts));
}

export const handler = lambda.handler(consumeBatch);
