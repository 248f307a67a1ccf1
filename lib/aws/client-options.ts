import { BufferedResponseHandler } from "./buffered-response-handler.ts";

/**
 * For every client of AWS: three attempts, the SDK's own backoff with jitter
 * between them, each with an end. Together below 20 seconds.
 */
export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  retryMode: "standard",
  requestHandler: new BufferedResponseHandler({
    connectionTimeoutMs: 2_000,
    attemptTimeoutMs: 5_000,
  }),
};

/**
 * For S3, which a local stand-in serves by path: its host has no name to put a
 * bucket in front of.
 */
export const S3_OPTIONS = {
  ...CLIENT_OPTIONS,
  forcePathStyle:
    process.env.AWS_ENDPOINT_URL_S3 !== undefined || process.env.AWS_ENDPOINT_URL !== undefined,
};
