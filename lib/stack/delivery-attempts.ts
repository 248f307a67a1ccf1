/**
 * After so many attempts that failed, an alert waits for a person: with the waits between them
 * (`retryDelaySeconds`), about five hours.
 */
export const DELIVERY_ATTEMPTS = 14;
