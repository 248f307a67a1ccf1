import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, it } from "vitest";
import { SecretsManagerTokenProvider } from "../../lib/aws/secrets-manager-token-provider.ts";
import { TokenMissingError } from "../../lib/ports.ts";
import { describeTokenProvider } from "../contracts/token-provider-contract.ts";

const secrets = mockClient(SecretsManagerClient);
afterAll(() => secrets.restore());
let provider: SecretsManagerTokenProvider;

beforeEach(() => {
  secrets.reset();
  provider = new SecretsManagerTokenProvider(
    new SecretsManagerClient({ region: "eu-central-1" }),
    "acme-token",
  );
});

for (const [kind, toSecret] of [
  ["a plain secret", (token?: string) => token ?? ""],
  ["a JSON secret", (token?: string) => JSON.stringify({ token: token ?? "" })],
] as const) {
  describeTokenProvider(kind, () => ({ provider, set: (token) => store(toSecret(token)) }));
}

function store(SecretString: string): void {
  secrets.on(GetSecretValueCommand, { SecretId: "acme-token" }).resolves({ SecretString });
}

it.each([
  "xoxp-1-2-3",
  " xoxp-1-2-3\n",
  '{"token":"xoxp-1-2-3"}',
  '{ "token": " xoxp-1-2-3 ", "by": "ada" }',
])("finds the token in %j", async (text) => {
  store(text);

  expect(await provider.get()).toBe("xoxp-1-2-3");
});

it("reads the secret once", async () => {
  store("xoxp-1");
  await Promise.all([provider.get(), provider.get()]);
  await provider.get();

  expect(secrets.commandCalls(GetSecretValueCommand)).toHaveLength(1);
});

it("reads it again when it is told to", async () => {
  store("xoxp-1");
  await provider.get();
  store("xoxp-2");

  expect(await provider.refresh()).toBe("xoxp-2");
  expect(await provider.get()).toBe("xoxp-2");
});

it.each(['{"token":""}', "", " "])("says of %j how to set a token", async (text) => {
  store(text);

  await expect(provider.get()).rejects.toThrow(TokenMissingError);
  await expect(provider.get()).rejects.toThrow(/holds no token yet: .*audit-lake token set/);
});

it("says how to set a token when the secret was never given a value", async () => {
  secrets
    .on(GetSecretValueCommand)
    .rejects(new ResourceNotFoundException({ message: "no value for AWSCURRENT", $metadata: {} }));

  await expect(provider.get()).rejects.toThrow(TokenMissingError);
  await expect(provider.get()).rejects.toThrow(/acme-token .*no value yet: .*audit-lake token set/);
});

it("does not take a refusal by AWS for a missing token", async () => {
  secrets.on(GetSecretValueCommand).rejects(new Error("AccessDenied"));

  await expect(provider.get()).rejects.not.toBeInstanceOf(TokenMissingError);
});

it.each([
  "xoxp-1 xoxp-2",
  '{"token":"xoxp-…"}',
  '{"token":7}',
  '{"TOKEN":"xoxp-1"}',
  '{"token":"xoxp-1"',
])("refuses %j without showing it", async (text) => {
  store(text);
  const refused = await provider.get().catch((error: Error) => error);

  expect(refused).toBeInstanceOf(TokenMissingError);
  expect(`${refused} ${(refused as Error).cause}`).not.toContain("xoxp-");
});

it("asks again after a failure", async () => {
  secrets
    .on(GetSecretValueCommand)
    .rejectsOnce(new Error("throttled"))
    .resolves({ SecretString: "xoxp-1" });

  await expect(provider.get()).rejects.toThrow("throttled");
  expect(await provider.get()).toBe("xoxp-1");
});

it("sees a token that was set after the first look", async () => {
  store('{"token":""}');
  await expect(provider.get()).rejects.toThrow(TokenMissingError);
  store('{"token":"xoxp-1"}');

  expect(await provider.get()).toBe("xoxp-1");
});
