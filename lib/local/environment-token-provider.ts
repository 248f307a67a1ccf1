import { TokenMissingError, type TokenProvider } from "../ports.ts";

/** Name of the variable that holds the token. */
const TOKEN_VARIABLE = "SLACK_AUDIT_TOKEN";

/** The token in the environment variable `SLACK_AUDIT_TOKEN`, without white space around it. */
export class EnvironmentTokenProvider implements TokenProvider {
  readonly #environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#environment = environment;
  }

  /** @throws {TokenMissingError} when the variable is not set, empty, or cannot be a token */
  async get(): Promise<string> {
    const token = this.#environment[TOKEN_VARIABLE]?.trim();
    if (!token) {
      throw new TokenMissingError(
        `${TOKEN_VARIABLE} is not set: give it a user token (xoxp-…) with the scope auditlogs:read, from an app that an Org Owner installed on the organization`,
      );
    }
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new TokenMissingError(
        `${TOKEN_VARIABLE} holds characters that no token has, such as a space or a line break: set it to the token alone`,
      );
    }
    return token;
  }

  /** The same as `get`: the environment of a process does not change from outside. */
  refresh(): Promise<string> {
    return this.get();
  }
}
