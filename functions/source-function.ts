/**
 * What the handlers share that work on one source with its token: Slack and
 * AWS as they use them.
 *
 * It loads the client for Slack, which is half of a bundle: the others take
 * `lambda-function.ts`.
 */

import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../lib/aws/client-options.ts";
import { DynamoDbCheckpointStore } from "../lib/aws/dynamodb-checkpoint-store.ts";
import { S3ArchiveStore } from "../lib/aws/s3-archive-store.ts";
import { SecretsManagerTokenProvider } from "../lib/aws/secrets-manager-token-provider.ts";
import type { TokenRefreshParts } from "../lib/aws/token-refresh.ts";
import type { IngestPorts } from "../lib/ingest/ingest.ts";
import type { TokenProvider } from "../lib/ports.ts";
import { createSlackSource } from "../lib/run/slack-source.ts";
import { systemClock } from "../lib/slack/clock.ts";
import { OAuthClient } from "../lib/slack/oauth.ts";
import type { Connections } from "../lib/slack/transport.ts";
import type { EnvironmentSchema, SourceEnvironment } from "../lib/stack/environment.ts";
import { type Service, TOKEN_REFRESH_FAILED_METRIC } from "../lib/stack/metrics.ts";
import { createFunction, type LambdaFunction } from "./lambda-function.ts";
import { slackConnections } from "./slack-connections.ts";

/** Slack's own limit. */
export const PAGE_LIMIT = 9999;

export interface SourceFunction<Environment> extends LambdaFunction<Environment> {
  tokens: TokenProvider;
  ports: IngestPorts;
}

/**
 * @param backgroundCallsPerMinute - for work that can wait
 * @throws {Error} naming each variable of the environment that is missing or wrong
 */
export function createSourceFunction<Environment extends SourceEnvironment>(
  service: Service,
  schema: EnvironmentSchema<Environment>,
  backgroundCallsPerMinute?: number,
): SourceFunction<Environment> {
  const shared = createFunction(service, schema);
  const { environment, logger } = shared;
  const dispatcher = slackConnections(environment.SLACK_API_BASE);
  const tokens = new SecretsManagerTokenProvider(
    new SecretsManagerClient(CLIENT_OPTIONS),
    environment.TOKEN_SECRET_ID,
    environment.TOKEN_ROTATION === undefined ? undefined : tokenRefresh(shared, dispatcher),
  );
  const slack = createSlackSource({
    dispatcher,
    tokens,
    clock: systemClock,
    baseUrl: environment.SLACK_API_BASE,
    logger,
    ...(backgroundCallsPerMinute === undefined ? {} : { backgroundCallsPerMinute }),
  });
  const archive = new S3ArchiveStore(new S3Client(S3_OPTIONS), environment.ARCHIVE_BUCKET);
  const checkpoints = new DynamoDbCheckpointStore(
    DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS)),
    environment.CHECKPOINT_TABLE,
  );
  return { ...shared, tokens, ports: { slack, archive, checkpoints, clock: systemClock } };
}

function tokenRefresh<Environment extends SourceEnvironment>(
  { environment, logger, metrics }: LambdaFunction<Environment>,
  dispatcher: Connections,
): TokenRefreshParts {
  return {
    exchange: new OAuthClient(environment.SLACK_API_BASE, {
      dispatcher,
      clock: systemClock,
      logger,
    }),
    clock: systemClock,
    onFailure: (error) => {
      logger.error("the token could not be refreshed; the old one is good for now", { error });
      metrics.addMetric(TOKEN_REFRESH_FAILED_METRIC, MetricUnit.Count, 1);
    },
  };
}
