/** An answer of the API. */
export interface SlackResponse<Body> {
  /** What was asked, without any secret. */
  url: string;
  status: number;
  /** Names in lower case; several values of one name joined by `, `. */
  headers: Readonly<Record<string, string>>;
  /** The body's bytes as sent, decompressed. */
  rawBody: Uint8Array;
  /** The parsed body; `undefined` when it is not a JSON object, which only a failure can be. */
  body: Readonly<Record<string, unknown>> | undefined;
  /** The same object as `body`, typed. */
  typedBody: Body;
}
