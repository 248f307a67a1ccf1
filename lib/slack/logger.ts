/**
 * Where the client tells what it does: the console, Powertools' logger, or any
 * other with these four. Neither the token nor the text of an entry is logged.
 */
export interface Logger {
  /** Each request and answer. */
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
  /** Each retry. */
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

const ignore = () => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
