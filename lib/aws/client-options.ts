/**
 * For every client of AWS: three attempts, the SDK's own backoff with jitter
 * between them, each with an end. Together below 20 seconds.
 */
export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true, // or the SDK only logs a warning
  },
};
