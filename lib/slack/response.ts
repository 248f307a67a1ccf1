/** An answer of the API. */
export interface SlackResponse<Body> {
  /** What was asked, without any secret. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case; several values of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's bytes as sent, decompressed. */
  readonly rawBody: Uint8Array;
  /** `rawBody` as text, decoded anew at each read. */
  readonly rawText: string;
  /** The parsed body; `undefined` when it is not a JSON object, which only a failure can be. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** The same object as `body`, typed. */
  readonly typedBody: Body;
}

/** What came over the wire, before anyone has looked into its body. */
export type Answer = Pick<SlackResponse<unknown>, "url" | "status" | "headers" | "rawBody">;

/** @param body - parsed from the answer's */
export function toSlackResponse<Body extends SlackResponse<unknown>["body"]>(
  answer: Answer,
  body: Body,
): SlackResponse<Body> {
  return {
    ...answer,
    get rawText() {
      return new TextDecoder().decode(answer.rawBody);
    },
    body,
    typedBody: body,
  };
}
