/** What the SDK gives an answer of AWS that is an error. */
interface AwsAnswer extends Error {
  $fault: "client" | "server";
}

const SIGN_IN =
  'sign in ("aws sso login"), or set AWS_PROFILE to a profile of the account that the stack is in';

/** The SDK's names for credentials that cannot be found or made. */
const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);

/** AWS's, for credentials that it does not take. */
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
 * Why AWS could not be used, in one line that says what to do.
 *
 * @returns nothing for any other error
 */
export function describeAwsError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (NO_CREDENTIALS.has(error.name)) {
    return `there are no AWS credentials (${error.message.replace(/[.\s]+$/, "")}): ${SIGN_IN}`;
  }
  if (error.message === "Region is missing") {
    return "there is no AWS region: set AWS_REGION to the one that the stack is in, or AWS_PROFILE to a profile that names it";
  }
  if (error.name === "TimeoutError" && "$metadata" in error) {
    return `AWS did not answer in time (${error.message}): check the network and AWS_REGION, and try again`;
  }
  if ("syscall" in error && "$metadata" in error) {
    return `cannot reach AWS (${error.message}): check the network and AWS_REGION`;
  }
  if (!isAwsAnswer(error)) return undefined;
  if (BAD_CREDENTIALS.has(error.name)) {
    return `AWS does not accept the credentials (${error.name}): ${SIGN_IN}`;
  }
  if (ACCESS_DENIED.has(error.name)) {
    return `AWS denies it: ${error.message}: use AWS_PROFILE with a role that may do this`;
  }
  return `AWS answered ${error.name}: ${error.message}`;
}

function isAwsAnswer(error: Error): error is AwsAnswer {
  return "$fault" in error && "$metadata" in error;
}
