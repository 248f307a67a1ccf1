/** What no function may do under the policies of the stack's template: each call is refused. */
import { afterAll, beforeAll, inject } from "vitest";
import { LocalAccount } from "../fakes/local-account/local-account.ts";
import { describeForbiddenCalls } from "./forbidden-calls.ts";

let account: LocalAccount;

beforeAll(async () => {
  account = await LocalAccount.start(inject("deployed"));
});

afterAll(() => account.stop());

describeForbiddenCalls(
  () => ({
    deployment: account.deployment,
    endpoint: account.environment.AWS_ENDPOINT_URL ?? "",
    keys: async () => [...account.s3.objects.keys()],
  }),
  { targets: true },
);
