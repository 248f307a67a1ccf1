import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Deployment } from "../../test/fakes/local-account/deployment.ts";

const POLL_MS = 200;

/** The deployed state machines on moto's interpreter. Their pauses last a second or two. */
export class StateMachines {
  readonly #client: SFNClient;
  /** Those that moto can run, by their logical ids. */
  readonly #arns: ReadonlyMap<string, string>;

  private constructor(client: SFNClient, arns: ReadonlyMap<string, string>) {
    this.#client = client;
    this.#arns = arns;
  }

  /** @param motoOptions - of a client */
  static async start(
    deployment: Deployment,
    motoOptions: { endpoint: string },
  ): Promise<StateMachines> {
    const client = new SFNClient(motoOptions);
    const describe = ([id]: [string, unknown]) =>
      client.send(new DescribeStateMachineCommand({ stateMachineArn: deployment.named(id).arn }));
    const machines = deployment.all("AWS::StepFunctions::StateMachine");
    const deployed = await Promise.all(machines.map(describe));
    // moto keeps the state machines that it can run apart from those that it only describes.
    await fetch(`${motoOptions.endpoint}/moto-api/config`, {
      method: "POST",
      body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
    });
    const arns = new Map<string, string>();
    for (const [i, { name, roleArn, definition = "" }] of deployed.entries()) {
      const { stateMachineArn = "" } = await client.send(
        new CreateStateMachineCommand({
          ...{ name, roleArn },
          definition: JSON.stringify(forMoto(JSON.parse(definition))),
        }),
      );
      arns.set(machines[i]?.[0] ?? "", stateMachineArn);
    }
    return new StateMachines(client, arns);
  }

  /**
   * Run an execution to its end.
   *
   * @param idPrefix - of the logical id
   */
  async run(idPrefix: string, input: object): Promise<DescribeExecutionCommandOutput> {
    const [stateMachineArn] = [...this.#arns]
      .filter(([id]) => id.startsWith(idPrefix))
      .map(([, arn]) => arn);
    const { executionArn } = await this.#client.send(
      new StartExecutionCommand({
        stateMachineArn,
        name: randomUUID(),
        input: JSON.stringify({ ...input, startedAt: new Date().toISOString() }),
      }),
    );
    for (;;) {
      const execution = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== "RUNNING") return execution;
      await sleep(POLL_MS);
    }
  }
}

/**
 * The definition with waits of a second, and as much before a retry; when the execution started is in
 * its input, because moto tells it in a form of its own.
 */
function forMoto(node: unknown): unknown {
  if (node === "$$.Execution.StartTime") return "$.startedAt";
  if (Array.isArray(node)) return node.map(forMoto);
  if (typeof node !== "object" || node === null) return node;
  const { TimestampPath, ...state } = node as Record<string, unknown>;
  return {
    ...Object.fromEntries(Object.entries(state).map(([name, value]) => [name, forMoto(value)])),
    ...(TimestampPath === undefined ? {} : { Seconds: 1 }),
    ...("IntervalSeconds" in state ? { IntervalSeconds: 1, MaxDelaySeconds: 2 } : {}),
  };
}
