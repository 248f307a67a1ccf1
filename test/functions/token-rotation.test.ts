/** Functions refresh a token with their own roles, under the policies of the stack's template. */
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { SecretsManagerTokenProvider } from "../../lib/aws/secrets-manager-token-provider.ts";
import { OAuthClient } from "../../lib/slack/oauth.ts";
import { formatStoredToken, parseStoredToken } from "../../lib/stack/stored-token.ts";
import { LocalAccount } from "../fakes/local-account/local-account.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { lambdaContext } from "./lambda-context.ts";

const HOUR_MS = 3_600_000;
const APP = { clientId: "1.2", clientSecret: "app-secret-of-acme" };

let account: LocalAccount;
let slack: FakeSlack;
const clock = new VirtualClock(MONDAY_MORNING * 1000);

beforeAll(async () => {
  [account, slack] = await Promise.all([
    LocalAccount.start(inject("deployed")),
    startFakeSlack({ clock, oauth: APP }),
  ]);
});

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await Promise.all([account.stop(), slack.close()]);
});

beforeEach(() => {
  account.refusals.length = 0;
});

/** A token that is due, in the secret of a source. */
function install(source: string): string {
  const [id] = account.deployment.one("AWS::SecretsManager::Secret", `Ingestion${source}Token`);
  const secretId = account.deployment.named(id).arn;
  const { token, ...rotation } = slack.oauth?.install(clock.nowMs()) ?? expect.fail("no app");
  account.secrets.set(secretId, formatStoredToken({ token, rotation: { ...APP, ...rotation } }));
  clock.advance(7 * HOUR_MS);
  return secretId;
}

function providerOf(functionId: string, secretId: string, failures: unknown[]) {
  const [accessKeyId] = account.deployment.one("AWS::Lambda::Function", functionId);
  const client = new SecretsManagerClient({
    endpoint: account.environment.AWS_ENDPOINT_URL ?? "",
    region: "eu-central-1",
    credentials: { accessKeyId, secretAccessKey: "local" },
  });
  return new SecretsManagerTokenProvider(client, secretId, {
    exchange: new OAuthClient(slack.baseUrl, { clock }),
    clock,
    onFailure: (error) => failures.push(error),
  });
}

describe("with tokenRotation", () => {
  it.each(["IngestionacmeFunction", "BackfillacmeFunction", "ClosingacmeFunction"])(
    "%s refreshes the token of its source",
    async (functionId) => {
      const secretId = install("acme");
      const failures: unknown[] = [];
      const token = await providerOf(functionId, secretId, failures).get();

      expect({ failures, refusals: account.refusals }).toEqual({ failures: [], refusals: [] });
      expect(parseStoredToken(account.secrets.get(secretId) ?? "")?.token).toBe(token);
    },
  );

  it("a run archives with a token that it has refreshed, and its log shows none", async () => {
    const secretId = install("acme");
    const before = account.secrets.get(secretId);
    const [id, { Environment }] = account.deployment.one(
      "AWS::Lambda::Function",
      "IngestionacmeFunction",
    );
    const { NODE_OPTIONS: _, ...variables } = Environment.Variables;
    for (const [name, value] of Object.entries<string>({
      ...account.environment,
      ...variables,
      SLACK_API_BASE: slack.baseUrl,
      AWS_ACCESS_KEY_ID: id,
      POWERTOOLS_DEV: "true",
      POWERTOOLS_LOG_LEVEL: "DEBUG",
    })) {
      vi.stubEnv(name, value);
    }
    vi.useFakeTimers({ toFake: ["Date"], now: clock.nowMs() });
    slack.add([makeEntry({ dateCreate: clock.nowMs() / 1000 - HOUR_MS / 1000 })]);
    const output: string[] = [];
    for (const method of ["log", "info", "error", "warn", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((line) => output.push(String(line)));
    }
    const { handler } = await import("../../functions/ingest/handler.ts");

    expect(await handler({ source: "acme" }, lambdaContext())).toMatchObject({ entries: 1 });
    expect(account.refusals).toEqual([]);
    expect(account.secrets.get(secretId)).not.toBe(before);
    expect(output.join("\n")).not.toMatch(/xox[a-z]|app-secret/);
  });
});

it("without it, a function has no right to, and the token is used until it expires", async () => {
  const secretId = install("grid");
  const failures: unknown[] = [];
  const before = account.secrets.get(secretId) ?? "";
  const token = await providerOf("IngestiongridFunction", secretId, failures).get();

  expect(failures).toMatchObject([{ name: "AccessDeniedException" }]);
  expect(token).toBe(parseStoredToken(before)?.token);
  expect(account.secrets.get(secretId)).toBe(before);
});
