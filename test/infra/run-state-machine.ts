/**
 * Runs a state machine as the template has it, on an interpreter of the states
 * language, in virtual time: the waits and the pauses before retries are those
 * of the definition, and a test with fake timers does not wait for them.
 *
 * The interpreter runs a distributed map like an inline one: the items, their
 * order and the concurrency hold, executions of their own there are none.
 */
import type { Template } from "aws-cdk-lib/assertions";
import { StateMachine, type StateMachineDefinition } from "aws-local-stepfunctions";
import { vi } from "vitest";
import { resource } from "./synthesize.ts";

/** Answers the calls to one resource: a function's Lambda, or a service integration. */
type Task = (input: never) => unknown;

/** By the beginning of a function's logical id, or of a service integration: `athena:startQueryExecution`. */
export type Tasks = Record<string, Task>;

interface State {
  Type: string;
  Resource?: string;
  Retry?: unknown[];
  ItemProcessor?: { States: Record<string, State> };
}

/** `setTimeout` cannot hold more, and the interpreter keeps the time-out of an execution in one. */
const TIMEOUT_MAX_SECONDS = 24 * 86_400;

/** The definition that a template deploys, with logical ids in place of what only a deployment knows. */
export function definitionOf(template: Template, idPrefix: string) {
  const { DefinitionString } = resource(
    template,
    "AWS::StepFunctions::StateMachine",
    idPrefix,
  ).Properties;
  return JSON.parse(toText(DefinitionString));
}

function toText(node: unknown): string {
  if (typeof node === "string") {
    return node;
  }
  const { Ref, ...functions } = node as Record<string, unknown>;
  if (typeof Ref === "string") {
    return Ref === "AWS::Partition" ? "aws" : Ref;
  }
  const join = functions["Fn::Join"] as [string, unknown[]] | undefined;
  if (join !== undefined) {
    return join[1].map(toText).join(join[0]);
  }
  const [id, attribute] = functions["Fn::GetAtt"] as [string, string];
  if (attribute !== "Arn") {
    throw new Error(`nothing is known of ${id}.${attribute}`);
  }
  return `arn:aws:lambda:eu-central-1:123456789012:function:${id}`;
}

/** An execution under way; it goes on while the fake timers do. */
export interface Execution {
  abort(): void;
  /** @throws {ExecutionError} when it fails; its cause has the name that the definition's retries match */
  result: Promise<unknown>;
}

export function start(
  definition: StateMachineDefinition & { TimeoutSeconds?: number },
  input: object,
  tasks: Tasks,
): Execution {
  const machine = new StateMachine({
    ...definition,
    TimeoutSeconds: Math.min(definition.TimeoutSeconds ?? 0, TIMEOUT_MAX_SECONDS),
  } as StateMachineDefinition);
  return machine.run(input as never, {
    overrides: { taskResourceLocalHandlers: bind(definition as never, tasks) as never },
    context: startedNow(),
  });
}

/** Runs an execution to its end; the timers must be fake. */
export async function run(...args: Parameters<typeof start>): Promise<unknown> {
  const { result } = start(...args);
  let settled = false;
  const end = () => {
    settled = true;
  };
  result.then(end, end);
  await vi.advanceTimersByTimeAsync(0);
  while (!settled) {
    await vi.advanceTimersToNextTimerAsync();
  }
  return result;
}

/**
 * Runs an execution to its end in real time, without its waits and pauses: for
 * real functions, whose calls go over sockets. They tell when time passes.
 */
export function runWithoutWaits(
  definition: StateMachineDefinition,
  input: object,
  tasks: Tasks,
): Promise<unknown> {
  const names = (isMeant: (state: State) => boolean) =>
    Object.fromEntries(statesOf(definition as never, isMeant).map((name) => [name, 0]));
  const machine = new StateMachine({ ...definition, TimeoutSeconds: TIMEOUT_MAX_SECONDS });
  return machine.run(input as never, {
    overrides: {
      taskResourceLocalHandlers: bind(definition as never, tasks) as never,
      waitTimeOverrides: names(({ Type }) => Type === "Wait"),
      retryIntervalOverrides: names(({ Retry }) => Retry !== undefined),
    },
    context: startedNow(),
  }).result;
}

/** What a state can know of its execution. */
function startedNow() {
  return { Execution: { StartTime: new Date().toISOString() } } as never;
}

function statesOf(
  { States }: { States: Record<string, State> },
  isMeant: (state: State) => boolean,
): string[] {
  return Object.entries(States).flatMap(([name, state]) => [
    ...(isMeant(state) ? [name] : []),
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor, isMeant)),
  ]);
}

/** The task of each state by its name, from the resource that it names. */
function bind({ States }: { States: Record<string, State> }, tasks: Tasks): Record<string, Task> {
  return Object.fromEntries(
    Object.entries(States).flatMap(([name, state]) => [
      ...(state.Resource === undefined ? [] : [[name, taskOf(state.Resource, tasks)]]),
      ...Object.entries(state.ItemProcessor === undefined ? {} : bind(state.ItemProcessor, tasks)),
    ]),
  );
}

function taskOf(resource: string, tasks: Tasks): Task {
  const name = /(?::function:|:states:::)(.+)$/.exec(resource)?.[1] ?? resource;
  const found = Object.entries(tasks).find(([prefix]) => name.startsWith(prefix));
  if (found === undefined) {
    throw new Error(`no task is bound to ${resource}`);
  }
  return found[1];
}
