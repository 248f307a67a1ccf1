import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
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
  await secret.store({ token: "xoxp-1-2-3" });
  const { SecretId, SecretString } =
    secrets.commandCalls(PutSecretValueCommand)[0]?.args[0].input ?? {};
  expect(SecretId).toBe("acme-token");

  secrets.on(GetSecretValueCommand).resolves({ ...(SecretString && { SecretString }) });
  expect(await new SecretsManagerTokenProvider(client, "acme-token").get()).toBe("xoxp-1-2-3");
});

const CREATED = new Date("2026-03-01T09:00:00.250Z");
const LATER = new Date("2026-03-02T09:00:00Z");
const version = (CreatedDate: Date, ...VersionStages: string[]) => ({ CreatedDate, VersionStages });

it.each([
  ["no value", [], null],
  ["the empty token that version 0.1 created it with", [version(CREATED, "AWSCURRENT")], null],
  ["its first value", [version(LATER, "AWSCURRENT")], LATER],
  ["a value after another", [version(CREATED, "AWSPREVIOUS"), version(LATER, "AWSCURRENT")], LATER],
])("knows of %s whether it is a token, without reading it", async (_, Versions, changedAt) => {
  secrets.on(DescribeSecretCommand).resolves({ CreatedDate: CREATED, LastChangedDate: LATER });
  secrets.on(ListSecretVersionIdsCommand).resolves({ Versions });

  expect(await secret.status()).toEqual({
    isSet: changedAt !== null,
    changedAtMs: changedAt?.getTime() ?? null,
  });
  expect(secrets.commandCalls(GetSecretValueCommand)).toEqual([]);
});
