import { TargetRefusedError } from "./target.ts";

/** Reads a secret anew each time, so that one that was rotated works at once; it lives in memory only. */
export type ReadSecret = () => Promise<string>;

/** The secret of one target, in the forms that targets need. No error quotes it. */
export class TargetSecret {
  readonly #read: ReadSecret;

  constructor(read: ReadSecret) {
    this.#read = read;
  }

  /** @throws {TargetRefusedError} when it is empty, or no header could hold it */
  async text(): Promise<string> {
    const text = (await this.#read()).trim(); // secrets read from files end in a newline
    if (!/^[\x21-\x7e]+$/.test(text)) {
      throw new TargetRefusedError(
        "the target's secret is empty, or has characters that it cannot have (spaces, line breaks or others); store it again",
      );
    }
    return text;
  }

  /** @throws {TargetRefusedError} unless it is an https URL, or http on this machine's loopback */
  async url(): Promise<string> {
    const text = await this.text();
    if (isSafeUrl(text)) return text;
    throw new TargetRefusedError(
      "the target's secret must be an https URL (http is for 127.0.0.1, [::1] and localhost only)",
    );
  }
}

/** Whether a URL is https, or http to this machine, and has no credentials in it. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isLoopback = /^(?:localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(hostname);
  return (
    (protocol === "https:" || (protocol === "http:" && isLoopback)) &&
    username === "" &&
    password === ""
  );
}
