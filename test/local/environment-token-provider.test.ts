import { expect, it } from "vitest";
import { EnvironmentTokenProvider } from "../../lib/local/environment-token-provider.ts";
import { TokenMissingError } from "../../lib/ports.ts";
import { describeTokenProvider } from "../contracts/token-provider-contract.ts";

describeTokenProvider("the environment", () => {
  const environment: NodeJS.ProcessEnv = {};
  return {
    provider: new EnvironmentTokenProvider(environment),
    set: (token) => {
      environment.SLACK_AUDIT_TOKEN = token;
    },
  };
});

it("gives the token without the white space around it", async () => {
  const provider = new EnvironmentTokenProvider({ SLACK_AUDIT_TOKEN: " xoxp-1-2-3\n" });
  expect(await provider.get()).toBe("xoxp-1-2-3");
  expect(await provider.refresh()).toBe("xoxp-1-2-3");
});

it.each([{}, { SLACK_AUDIT_TOKEN: "" }, { SLACK_AUDIT_TOKEN: " \n" }])(
  "names the variable when there is no token in %j",
  async (environment) => {
    const provider = new EnvironmentTokenProvider(environment);
    await expect(provider.get()).rejects.toThrow(TokenMissingError);
    await expect(provider.get()).rejects.toThrow("SLACK_AUDIT_TOKEN is not set");
  },
);

it.each(["xoxp-1 xoxp-2", "xoxp-1\nxoxp-2", "xoxp-…"])(
  "refuses %j, which cannot be sent, without showing it",
  async (token) => {
    const provider = new EnvironmentTokenProvider({ SLACK_AUDIT_TOKEN: token });
    const refused = await provider.get().catch((error: Error) => error);
    expect(refused).toBeInstanceOf(TokenMissingError);
    expect(String(refused)).not.toContain(token);
  },
);
