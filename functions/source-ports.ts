import type { Logger } from "@aws-lambda-powertools/logger";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { z } from "zod";
import { CLIENT_OPTIONS, S3_OPTIONS } from "../lib/aws/client-options.ts";
import { DynamoDbCheckpointStore } from "../lib/aws/dynamodb-checkpoint-store.ts";
import { S3ArchiveStore } from "../lib/aws/s3-archive-store.ts";
import { SecretsManagerTokenProvider } from "../lib/aws/secrets-manager-token-provider.ts";
import type { IngestPorts } from "../lib/ingest/ingest.ts";
import type { TokenProvider } from "../lib/ports.ts";
import { createSlackSource } from "../lib/run/slack-source.ts";
import { systemClock } from "../lib/slack/clock.ts";
import type { SOURCE_ENVIRONMENT } from "./source-environment.ts";

/** Left when a run must be over: for a write under way with its retries, and the last save. */
export const RESERVE_MS = 40_000;

/** Slack's own limit. */
export const PAGE_LIMIT = 9999;

/**
 * AWS and Slack as the functions of one source use them.
 *
 * @param backgroundCallsPerMinute - for work that can wait
 */
export function createSourcePorts(
  environment: z.output<typeof SOURCE_ENVIRONMENT>,
  logger: Logger,
  backgroundCallsPerMinute?: number,
): { tokens: TokenProvider; ports: IngestPorts } {
  const tokens = new SecretsManagerTokenProvider(
    new SecretsManagerClient(CLIENT_OPTIONS),
    environment.TOKEN_SECRET_ID,
  );
  const slack = createSlackSource({
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
  return { tokens, ports: { slack, archive, checkpoints, clock: systemClock } };
}
