import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ExecutionAlreadyExists,
  paginateListExecutions,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Clock } from "../ports.ts";

const POLL_MS = 2_000;

export interface RunningExecution {
  name: string;
  /** Epoch milliseconds. */
  startedAtMs: number;
}

/** An execution cannot be started, or did not end successfully. */
export class ExecutionError extends Error {
  override readonly name = "ExecutionError";
  readonly code: "execution_running" | "execution_ended" | "execution_lasts";

  constructor(code: ExecutionError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Executions of one state machine. Those named `<job>-<number>` do the work, one
 * at a time. Others, with other names, may run beside it.
 */
export class StateMachineExecutions {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;
  readonly #clock: Clock;

  constructor(client: SFNClient, stateMachineArn: string, clock: Clock) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
    this.#clock = clock;
  }

  /** @param prefix - of their names; executions of a map's items are not included */
  async running(prefix = ""): Promise<(RunningExecution & { arn: string })[]> {
    const found: (RunningExecution & { arn: string })[] = [];
    const pages = paginateListExecutions(
      { client: this.#client },
      { stateMachineArn: this.#stateMachineArn, statusFilter: "RUNNING" },
    );
    for await (const { executions = [] } of pages) {
      for (const { name = "", executionArn: arn = "", startDate } of executions) {
        if (name.startsWith(prefix)) {
          found.push({ name, arn, startedAtMs: startDate?.getTime() ?? 0 });
        }
      }
    }
    return found;
  }

  /**
   * Start the work, unless it is running. Two calls at the same time choose the
   * same name, and AWS accepts a name once.
   *
   * @returns the name of the execution
   * @throws {ExecutionError} `execution_running` when one is running already
   */
  async start(job: string, input: object): Promise<string> {
    const [running] = await this.running(`${job}-`);
    if (running !== undefined) {
      throw alreadyRunning(running.name);
    }
    const name = `${job}-${(await this.#lastNumber(job)) + 1}`;
    try {
      await this.#send(name, input);
    } catch (cause) {
      throw cause instanceof ExecutionAlreadyExists ? alreadyRunning(name, { cause }) : cause;
    }
    return name;
  }

  /**
   * Run an execution beside the work, and wait until it ends.
   *
   * @param name - unique
   * @returns its output
   * @throws {ExecutionError} when it fails, or lasts longer than `timeoutMs`
   */
  async run(
    name: string,
    input: object,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<unknown> {
    signal.throwIfAborted();
    const executionArn = await this.#send(name, input);
    const endMs = this.#clock.nowMs() + timeoutMs;
    let hasEnded = false;
    try {
      for (;;) {
        await this.#clock.sleep(POLL_MS, signal);
        const execution = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
        hasEnded = execution.status !== "RUNNING";
        if (execution.status === "SUCCEEDED") {
          return JSON.parse(execution.output ?? "null");
        }
        if (hasEnded) {
          throw new ExecutionError("execution_ended", describeEnd(execution));
        }
        if (this.#clock.nowMs() >= endMs) {
          throw new ExecutionError(
            "execution_lasts",
            `the execution ${name} is not done after ${timeoutMs / 60_000} minutes; it was stopped: see its log`,
          );
        }
      }
    } finally {
      if (!hasEnded) {
        await this.#stop(executionArn);
      }
    }
  }

  /** @returns the names of the executions that it stopped; what their runs saved stays */
  async stop(job: string): Promise<string[]> {
    const running = await this.running(`${job}-`);
    for (const { arn } of running) {
      await this.#stop(arn);
    }
    return running.map(({ name }) => name);
  }

  async #send(name: string, input: object): Promise<string> {
    const { executionArn } = await this.#client.send(
      new StartExecutionCommand({
        stateMachineArn: this.#stateMachineArn,
        name,
        input: JSON.stringify(input),
      }),
    );
    if (executionArn === undefined) {
      throw new Error(`AWS started the execution ${name} without an ARN`);
    }
    return executionArn;
  }

  async #stop(executionArn: string): Promise<void> {
    await this.#client.send(
      new StopExecutionCommand({
        executionArn,
        error: "Cancelled",
        cause: "stopped by the command line",
      }),
    );
  }

  /** Newest first. After 90 days AWS forgets executions, and accepts their names again. */
  async #lastNumber(job: string): Promise<number> {
    const pages = paginateListExecutions(
      { client: this.#client },
      { stateMachineArn: this.#stateMachineArn },
    );
    for await (const { executions = [] } of pages) {
      for (const { name = "" } of executions) {
        const number = name.startsWith(`${job}-`) ? Number(name.slice(job.length + 1)) : Number.NaN;
        if (Number.isInteger(number)) {
          return number;
        }
      }
    }
    return 0;
  }
}

function alreadyRunning(name: string, options?: ErrorOptions): ExecutionError {
  return new ExecutionError(
    "execution_running",
    `${name} is at work: "audit-lake status --stack" says how far it is, and --cancel ends it`,
    options,
  );
}

/** A function's own message is inside the error that Lambda reports. */
function describeEnd({ status, error, cause = "" }: DescribeExecutionOutput): string {
  const message = /"errorMessage":\s*("(?:[^"\\]|\\.)*")/.exec(cause)?.[1];
  return message === undefined
    ? `it ended as ${status}: ${[error, cause].filter(Boolean).join(": ")}`
    : JSON.parse(message);
}
