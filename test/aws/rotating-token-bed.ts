import {
  InvalidParameterException,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { onTestFinished } from "vitest";
import { type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import type { OAuthAppOptions } from "../../fake-slack/oauth-app.ts";
import { SecretsManagerTokenProvider } from "../../lib/aws/secrets-manager-token-provider.ts";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { OAuthClient } from "../../lib/slack/oauth.ts";
import { formatStoredToken } from "../../lib/stack/stored-token.ts";
import { MemorySecrets, SecretRefusal } from "../fakes/memory-secrets.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

export const SECRET = "acme-token";
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const APP = { clientId: "1.2", clientSecret: "app-secret-of-acme" };

const REFUSALS = {
  InvalidParameterException,
  ResourceExistsException,
  ResourceNotFoundException,
} as const;

/** A function was killed. */
export class Killed extends Error {}

/** Called around each await of a refresh, before and after it takes effect. */
type Around = (moment: string) => Promise<void> | void;

/** A secret with the tokens of an installation, and the app at Slack. */
export class TestBed {
  readonly clock: VirtualClock;
  readonly memory = new MemorySecrets();
  readonly failures: unknown[] = [];
  readonly slack: FakeSlack;

  private constructor(clock: VirtualClock, slack: FakeSlack) {
    this.clock = clock;
    this.slack = slack;
  }

  static async start(options: Partial<OAuthAppOptions> = {}): Promise<TestBed> {
    const clock = new VirtualClock(Date.UTC(2026, 2, 2, 9));
    const slack = await startFakeSlack({ clock, oauth: { ...APP, ...options } });
    onTestFinished(() => slack.close());
    const bed = new TestBed(clock, slack);
    bed.install();
    return bed;
  }

  get app() {
    const { oauth } = this.slack;
    if (oauth === undefined) throw new Error("there is no app");
    return oauth;
  }

  get secret(): string {
    return this.memory.secrets.get(SECRET) ?? "";
  }

  install(): void {
    const { token, ...rotation } = this.app.install(this.clock.nowMs());
    this.memory.secrets.set(
      SECRET,
      formatStoredToken({ token, rotation: { ...APP, ...rotation } }),
    );
  }

  /** What a function has. */
  provider(around: Around = () => {}): SecretsManagerTokenProvider {
    const client = {
      send: async (command: { constructor: { name: string }; input: never }) => {
        const operation = command.constructor.name.replace(/Command$/, "");
        await around(`before ${operation}`);
        const answer = this.#answer(operation, command.input);
        await around(`after ${operation}`);
        return answer;
      },
    };
    const oauth = new OAuthClient(this.slack.baseUrl, { clock: this.clock });
    return new SecretsManagerTokenProvider(client as unknown as SecretsManagerClient, SECRET, {
      clock: this.clock,
      exchange: {
        refresh: async (...args) => {
          await around("before the exchange");
          const issued = await oauth.refresh(...args);
          await around("after the exchange");
          return issued;
        },
      },
      onFailure: (error) => this.failures.push(error),
    });
  }

  /** Call Slack as a run does. */
  async callSlack(token: string): Promise<void> {
    await new AuditLogsClient({ token, baseUrl: this.slack.baseUrl }).logs({ limit: 1 });
  }

  /** What a run does: the token is read again when Slack refuses it. */
  async run(): Promise<void> {
    const provider = this.provider();
    const token = await provider.get();
    await this.callSlack(token).catch(async () => this.callSlack(await provider.refresh()));
  }

  #answer(operation: string, input: never): object {
    try {
      return this.memory.answer(operation, input);
    } catch (error) {
      if (!(error instanceof SecretRefusal)) throw error;
      const Refusal = REFUSALS[error.type as keyof typeof REFUSALS];
      throw new Refusal({ message: error.message, $metadata: {} });
    }
  }
}
