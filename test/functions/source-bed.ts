import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { inject, vi } from "vitest";
import { FAKE_TOKEN, type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { DynamoDbCheckpointStore } from "../../lib/aws/dynamodb-checkpoint-store.ts";
import { LocalAccount } from "../fakes/local-account/local-account.ts";
import { lambdaContext } from "./lambda-context.ts";

type Handler = (event: never, context: never) => unknown;

/** The functions, by the beginning of their logical ids in the stack. */
const FUNCTIONS = {
  ingest: {
    id: "IngestiongridFunction",
    load: () => import("../../functions/ingest/handler.ts"),
  },
  backfill: {
    id: "BackfillgridFunction",
    load: () => import("../../functions/backfill/handler.ts"),
  },
  seal: { id: "ClosinggridFunction", load: () => import("../../functions/seal/handler.ts") },
  columns: {
    id: "ClosinggridCompactionFunction",
    load: () => import("../../functions/columns/handler.ts"),
  },
  ocsf: { id: "ClosinggridEventsFunction", load: () => import("../../functions/ocsf/handler.ts") },
  detect: { id: "DetectionDetect", load: () => import("../../functions/detect/handler.ts") },
  notify: {
    id: "DetectionRoutingbusNotify",
    load: () => import("../../functions/notify/handler.ts"),
  },
  schemaWatch: {
    id: "DetectionDrift",
    load: () => import("../../functions/schema-watch/handler.ts"),
  },
  report: {
    id: "WeeklyReportFunction",
    load: () => import("../../functions/report/handler.ts"),
  },
};
export type FunctionName = keyof typeof FUNCTIONS;

/** A function as it is deployed: with its environment and its role. */
export interface DeployedFunction {
  /** Logical id, by which its calls are signed. */
  id: string;
  handler: Handler;
}

/**
 * Slack, and the AWS account with the stack, around the functions of the source `grid`; and the
 * time, which stands still.
 */
export class SourceTestBed {
  readonly slack: FakeSlack;
  readonly account: LocalAccount;
  /** What functions wrote to their logs, metrics among them. */
  output: string[] = [];
  #nowMs: number;

  private constructor(slack: FakeSlack, account: LocalAccount, nowMs: number) {
    this.slack = slack;
    this.account = account;
    this.#nowMs = nowMs;
  }

  /** @param template - @default the stack that all of these tests share */
  static async start(
    nowMs: number,
    template: Record<string, unknown> = inject("deployed"),
  ): Promise<SourceTestBed> {
    const clock = { nowMs: () => Date.now(), sleep: async () => {} };
    const [slack, account] = await Promise.all([
      startFakeSlack({ clock }),
      LocalAccount.start(template),
    ]);
    const variables = {
      ...account.environment,
      POWERTOOLS_DEV: "true", // metrics and logs go to the global console
      POWERTOOLS_METRICS_DISABLED: "false",
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    return new SourceTestBed(slack, account, nowMs);
  }

  /** A function with the environment that the stack gives it; its calls to Slack come to the fake. */
  async load(name: FunctionName): Promise<DeployedFunction> {
    const { id: idPrefix, load } = FUNCTIONS[name];
    const [id, { Environment }] = this.account.deployment.one("AWS::Lambda::Function", idPrefix);
    for (const [variable, value] of Object.entries<string>(Environment.Variables)) {
      // Those of Node itself are not for the process that runs the tests.
      if (variable !== "NODE_OPTIONS") vi.stubEnv(variable, value);
    }
    if ("SLACK_API_BASE" in Environment.Variables) vi.stubEnv("SLACK_API_BASE", this.slack.baseUrl);
    const { handler } = await load();
    return { id, handler: handler as Handler };
  }

  /** Before each test: mocks are restored after each. */
  prepare(): void {
    vi.useFakeTimers({ toFake: ["Date"], now: this.#nowMs });
    this.setToken(FAKE_TOKEN);
    this.account.refusals.length = 0;
    this.output = [];
    for (const method of ["log", "info", "error", "warn"] as const) {
      vi.spyOn(console, method).mockImplementation((line) => this.output.push(String(line)));
    }
  }

  /** The event that asks for a plan in an execution of a state machine that began so long ago. */
  planAfterHours(hours: number): object {
    return { op: "plan", startedAt: new Date(this.#nowMs - hours * 3_600_000).toISOString() };
  }

  /** The archive bucket. */
  get bucket(): string {
    const [id] = this.account.deployment.one("AWS::S3::Bucket", "ArchiveBucket");
    return this.account.deployment.named(id).ref;
  }

  /** What is in the archive, by key. */
  get objects(): Map<string, Uint8Array> {
    const prefix = `${this.bucket}/`;
    return new Map(
      [...this.account.s3.objects]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, body]) => [path.slice(prefix.length), body]),
    );
  }

  /** Names of all writers of the source. */
  async writers(): Promise<string[]> {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const [table] = this.account.deployment.one("AWS::DynamoDB::Table", "IngestionCheckpoints");
    const writers = await new DynamoDbCheckpointStore(client, table).writers("grid");
    return writers.map(({ writer }) => writer);
  }

  setToken(token: string): void {
    const [id] = this.account.deployment.one("AWS::SecretsManager::Secret", "IngestiongridToken");
    this.account.secrets.set(this.account.deployment.named(id).arn, JSON.stringify({ token }));
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    vi.setSystemTime(this.#nowMs);
  }

  /**
   * Call a function as Lambda does.
   *
   * @param remainingMs - of its time
   */
  async call<Answer>({ id, handler }: DeployedFunction, event: unknown, remainingMs?: number) {
    // Its clients take their credentials at their first call, and keep them.
    vi.stubEnv("AWS_ACCESS_KEY_ID", id);
    try {
      return (await handler(event as never, lambdaContext(remainingMs) as never)) as Answer;
    } finally {
      vi.stubEnv("AWS_ACCESS_KEY_ID", this.account.environment.AWS_ACCESS_KEY_ID);
    }
  }

  /** Values of a metric, in the order in which they were emitted. */
  metric(name: string): number[] {
    return this.output
      .filter((line) => line.includes('"_aws"'))
      .map((line) => JSON.parse(line))
      .flatMap((line) => line[name] ?? []);
  }

  async stop(): Promise<void> {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    await Promise.all([this.account.stop(), this.slack.close()]);
  }
}
