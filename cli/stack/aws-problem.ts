/** An error that AWS answered with, as the SDK throws it. */
interface AwsAnswer extends Error {
  $fault: "client" | "server";
}

const SIGN_IN =
  'sign in ("aws sso login"), or set AWS_PROFILE to a profile of the account that the stack is in';

/** The SDK's names for credentials that cannot be found or created. */
const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);

/** AWS's names for credentials that it rejects. */
const BAD_CREDENTIALS = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

const ACCESS_DENIED = new Set(["AccessDenied", "AccessDeniedException"]);

/**
 * Why AWS could not be used, and what to do, in one line.
 *
 * @returns nothing for any other error
 */
export function describeAwsError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (NO_CREDENTIALS.has(error.name)) {
    return `there are no AWS credentials (${error.message.replace(/[.\s]+$/, "")}): ${SIGN_IN}`;
  }
  if (isRegionMissing(error)) {
    return "there is no AWS region: set AWS_REGION to the region of the stack, or AWS_PROFILE to a profile that names it";
  }
  if (error.name === "TimeoutError" && "$metadata" in error) {
    return `AWS did not answer in time (${error.message}): check the network and AWS_REGION, then try again`;
  }
  if ("syscall" in error && "$metadata" in error) {
    return `cannot reach AWS (${error.message}): check the network and AWS_REGION`;
  }
  if (!isAwsAnswer(error)) return undefined;
  if (BAD_CREDENTIALS.has(error.name)) {
    return `AWS rejected the credentials (${error.name}): ${SIGN_IN}`;
  }
  if (ACCESS_DENIED.has(error.name)) {
    return `AWS denied access: ${error.message}: set AWS_PROFILE to a role that is allowed to do this`;
  }
  return `AWS answered ${error.name}: ${error.message}`;
}

/** Whether the SDK does not know which region to call. */
export function isRegionMissing(error: unknown): boolean {
  return error instanceof Error && error.message === "Region is missing";
}

/** Whether AWS refused a call because the caller may not make it. */
export function isAccessDenied(error: unknown): error is Error {
  return error instanceof Error && isAwsAnswer(error) && ACCESS_DENIED.has(error.name);
}

function isAwsAnswer(error: Error): error is AwsAnswer {
  return "$fault" in error && "$metadata" in error;
}
