import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, it } from "vitest";
import { SecretsManagerTokenProvider } from "../../lib/aws/secrets-manager-token-provider.ts";
import { TokenSecret } from "../../lib/aws/token-secret.ts";

const secrets = mockClient(SecretsManagerClient);
afterAll(() => secrets.restore());
const client = new SecretsManagerClient({ region: "eu-central-1" });
const secret = new TokenSecret(client, "acme-token");
beforeEach(() => secrets.reset());

it("stores what a run reads", async () => {
  secrets.on(PutSecretValueCommand).resolves({});
  await secret.store("xoxp-1-2-3");
  const { SecretId, SecretString } =
    secrets.commandCalls(PutSecretValueCommand)[0]?.args[0].input ?? {};
  expect(SecretId).toBe("acme-token");

  secrets.on(GetSecretValueCommand).resolves({ ...(SecretString && { SecretString }) });
  expect(await new SecretsManagerTokenProvider(client, "acme-token").get()).toBe("xoxp-1-2-3");
});

it.each([
  ["only the version that the stack made", { "1": ["AWSCURRENT"] }, false],
  ["a second version", { "1": ["AWSPREVIOUS"], "2": ["AWSCURRENT"] }, true],
  ["older versions", { "1": [], "2": ["AWSPREVIOUS"], "3": ["AWSCURRENT"] }, true],
])("knows a token by %s, without reading it", async (_, VersionIdsToStages, isSet) => {
  const LastChangedDate = new Date("2026-03-02T09:00:00Z");
  secrets.on(DescribeSecretCommand).resolves({ VersionIdsToStages, LastChangedDate });

  expect(await secret.status()).toEqual({
    isSet,
    changedAtMs: isSet ? LastChangedDate.getTime() : null,
  });
  expect(secrets.commandCalls(GetSecretValueCommand)).toEqual([]);
});
