import { BufferedResponseHandler } from "./buffered-response-handler.ts";

/**
 * For every AWS client: three attempts with the SDK's own backoff and jitter
 * between them, each with a time-out. Together they take up to 26 seconds.
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
 * For S3. A local stand-in is addressed by path, because its host has no name that
 * a bucket could be put in front of.
 */
export const S3_OPTIONS = {
  ...CLIENT_OPTIONS,
  forcePathStyle:
    process.env.AWS_ENDPOINT_URL_S3 !== undefined || process.env.AWS_ENDPOINT_URL !== undefined,
};
