import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { StackOutput } from "../../lib/stack/outputs.ts";
import { LoopbackServer } from "./loopback-server.ts";

/** A call as AWS got it: `DescribeStacks`, and its input. */
export interface AwsCall {
  operation: string;
  input: Record<string, unknown>;
}

/** What AWS says no with. */
export class AwsRefusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** By operation; an answer that throws an `AwsRefusal` is refused. */
export type AwsAnswers = Record<string, (input: AwsCall["input"]) => object>;

/** As much of AWS as the commands for a deployed stack need, over real HTTP. */
export class LocalAws {
  readonly calls: AwsCall[] = [];
  /** As the test goes on, they may change. */
  readonly answers: AwsAnswers;
  /** Of the one stack that there is. */
  readonly stack: {
    name: string;
    outputs: StackOutput[];
    alarms: string[];
    status?: string;
    /** Besides the alarms. */
    resources?: { type: string; logicalId: string; physicalId: string }[];
  };
  /** CloudFormation answers nothing else while it is set. */
  refusal: AwsRefusal | undefined;
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer, stack: LocalAws["stack"], answers: AwsAnswers) {
    this.#server = server;
    this.stack = stack;
    this.answers = answers;
  }

  static async start(stack: LocalAws["stack"], answers: AwsAnswers): Promise<LocalAws> {
    const server = await LoopbackServer.start((request, response) =>
      aws.#handle(request, response),
    );
    const aws = new LocalAws(server, stack, answers);
    return aws;
  }

  /** With these, the SDK of any process comes here. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#server.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  /** The inputs of all calls of an operation, in order. */
  inputs(operation: string): AwsCall["input"][] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request);
    this.calls.push(call);
    const isXml = request.headers["x-amz-target"] === undefined && !call.isRest;
    try {
      response.end(isXml ? this.#toXml(call) : JSON.stringify(this.#answer(call)));
    } catch (error) {
      if (!(error instanceof AwsRefusal)) {
        response.destroy(error as Error);
        return;
      }
      const { type, message } = error;
      response.statusCode = 400;
      response.end(
        isXml
          ? `<ErrorResponse><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`
          : JSON.stringify({ __type: type, message }),
      );
    }
  }

  #answer({ operation, input }: AwsCall): object {
    const answer = this.answers[operation];
    if (answer === undefined) {
      throw new AwsRefusal("UnknownOperationException", operation);
    }
    return answer(input);
  }

  #toXml({ operation, input }: AwsCall): string {
    const { name, outputs, alarms, resources = [], status = "UPDATE_COMPLETE" } = this.stack;
    if (this.refusal !== undefined) {
      throw this.refusal;
    }
    if (operation === "SimulatePrincipalPolicy") {
      const results = this.#answer({ operation, input }) as { EvaluationResults: object[] };
      const members = `<EvaluationResults>${results.EvaluationResults.map(toMember).join("")}</EvaluationResults>`;
      return `<${operation}Response><${operation}Result>${members}</${operation}Result></${operation}Response>`;
    }
    if (operation === "ListObjectsV2") {
      const keys = (this.answers[operation]?.(input) ?? []) as string[];
      const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`);
      return `<ListBucketResult>${contents.join("")}</ListBucketResult>`;
    }
    if (input.StackName !== name) {
      throw new AwsRefusal("ValidationError", `Stack with id ${input.StackName} does not exist`);
    }
    const members =
      operation === "DescribeStacks"
        ? `<Stacks><member><StackName>${name}</StackName><StackStatus>${status}</StackStatus><Outputs>${outputs.map(toMember).join("")}</Outputs></member></Stacks>`
        : `<StackResourceSummaries>${[...alarms.map(toAlarm), ...resources.map(toSummary)].map(toMember).join("")}</StackResourceSummaries>`;
    return `<${operation}Response><${operation}Result>${members}</${operation}Result></${operation}Response>`;
  }
}

async function readCall(request: IncomingMessage): Promise<AwsCall & { isRest?: boolean }> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (pathname === "/schedules") {
    return {
      ...{ operation: "ListSchedules", isRest: true },
      input: Object.fromEntries(searchParams),
    };
  }
  if (searchParams.has("list-type")) {
    return { operation: "ListObjectsV2", input: Object.fromEntries(searchParams) };
  }
  const body = await text(request);
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    return { operation: target.split(".").at(-1) ?? "", input: JSON.parse(body) };
  }
  const { Action = "", ...input } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, input };
}

function toSummary({
  type,
  logicalId,
  physicalId,
}: {
  type: string;
  logicalId: string;
  physicalId: string;
}) {
  return { ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId };
}

function toAlarm(name: string) {
  return { ResourceType: "AWS::CloudWatch::Alarm", PhysicalResourceId: name };
}

function toMember(fields: object): string {
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<member>${elements.join("")}</member>`;
}
