import type { Clock, TokenProvider } from "../../lib/ports.ts";
import type { SlackSource } from "../../lib/run/listing.ts";
import { createSlackSource, type SlackSourceOptions } from "../../lib/run/slack-source.ts";
import {
  SlackApiError,
  type SlackAuditError,
  SlackConfigurationError,
} from "../../lib/slack/errors.ts";
import { UsageError } from "../errors.ts";

interface SlackCallsOptions {
  tokens: TokenProvider;
  clock: Clock;
  /** Absent: Slack's own. */
  apiBase: string | undefined;
  backgroundCallsPerMinute?: number;
  /** Told of the first failure after a success that waiting may mend, before the first wait. */
  onTrouble: (failure: SlackAuditError) => void;
}

/** Slack as a command calls it: retries last for minutes, and nobody is to wonder meanwhile. */
export class SlackCalls {
  readonly slack: SlackSource;
  #lastFailure: SlackAuditError | undefined;

  /** @throws {UsageError} when `apiBase` cannot be used */
  constructor({ apiBase, onTrouble, ...options }: SlackCallsOptions) {
    this.slack = createSource({
      ...options,
      ...(apiBase === undefined ? {} : { baseUrl: apiBase }),
      hooks: {
        onAttempt: ({ error }) => {
          const isFirst = this.#lastFailure === undefined;
          this.#lastFailure = error;
          if (isFirst && error !== undefined && isTrouble(error)) onTrouble(error);
        },
      },
    });
  }

  /** What the last call failed with; absent after a success. */
  get lastFailure(): SlackAuditError | undefined {
    return this.#lastFailure;
  }
}

/** The client names its own option; people typed another. */
function createSource(options: SlackSourceOptions): SlackSource {
  try {
    return createSlackSource(options);
  } catch (cause) {
    if (!(cause instanceof SlackConfigurationError)) throw cause;
    throw new UsageError(cause.message.replace("baseUrl", "--api-base"), { cause });
  }
}

/** Not what ends the run at once, and not Slack's usual wish for a pause. */
function isTrouble(error: SlackAuditError): boolean {
  return error.retryable && !(error instanceof SlackApiError && error.status === 429);
}
