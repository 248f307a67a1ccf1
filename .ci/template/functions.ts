import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { type Deployment, REGION } from "../../test/fakes/local-account/deployment.ts";

/** What a call of a function came to. */
export type Outcome =
  | { answer: unknown }
  /** As Lambda tells of an error. */
  | { error: { errorType: string; errorMessage: string } };

export interface Call {
  /** Logical id of the function. */
  id: string;
  event: unknown;
  outcome: Outcome;
  /** What it wrote: its log and its metrics. */
  output: string;
}

/**
 * Runs deployed functions as Lambda does: the code that the template names, in a process of its own,
 * with the environment of the template. Each call is a cold start.
 */
export class Functions {
  /** All so far, oldest first. */
  readonly calls: Call[] = [];
  readonly #deployment: Deployment;
  readonly #assembly: string;
  readonly #endpoint: string;
  readonly #slackOf: (source: string) => string;

  /**
   * @param assembly - where the code of the functions is
   * @param endpoint - of AWS
   * @param slackOf - address of the API of a source, in place of Slack's own
   */
  constructor(
    deployment: Deployment,
    assembly: string,
    endpoint: string,
    slackOf: (source: string) => string,
  ) {
    this.#deployment = deployment;
    this.#assembly = assembly;
    this.#endpoint = endpoint;
    this.#slackOf = slackOf;
  }

  /** @param id - logical id of the function */
  async invoke(id: string, event: unknown): Promise<Outcome> {
    const [, { Code, Environment, Timeout }] = this.#deployment.one("AWS::Lambda::Function", id);
    const variables: Record<string, string> = Environment.Variables;
    const child = fork(".ci/template/lambda-runtime.mjs", {
      env: {
        ...variables,
        // The one setting that cannot be the deployed one: its host is Slack.
        ...(variables.SLACK_API_BASE === undefined
          ? {}
          : { SLACK_API_BASE: this.#slackOf(variables.SOURCE ?? "") }),
        AWS_LAMBDA_FUNCTION_NAME: this.#deployment.named(id).ref,
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: this.#endpoint,
        AWS_ACCESS_KEY_ID: id,
        AWS_SECRET_ACCESS_KEY: "local",
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      timeout: Timeout * 1000,
    });
    const bundle = join(this.#assembly, `asset.${Code.S3Key.replace(/\.zip$/, "")}`, "index.mjs");
    child.send({
      handlerFile: pathToFileURL(bundle).href,
      event,
      functionName: this.#deployment.named(id).ref,
      timeoutMs: Timeout * 1000,
    });
    let outcome: Outcome = {
      error: {
        errorType: "Runtime.ExitError",
        errorMessage: "the process ended without an answer",
      },
    };
    child.once("message", (message) => {
      outcome = message as Outcome;
    });
    const [output, errors] = await Promise.all([
      text(child.stdout ?? Readable.from([])),
      text(child.stderr ?? Readable.from([])),
      once(child, "close"),
    ]);
    this.calls.push({ id, event, outcome, output: `${output}${errors}` });
    return outcome;
  }
}
