import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import type { OAuthAppOptions } from "../../../fake-slack/oauth-app.ts";
import { parseStoredToken } from "../../../lib/stack/stored-token.ts";
import { LoopbackServer } from "../../fakes/loopback-server.ts";
import { run, start } from "../audit-lake.ts";
import { deployed, SECRET_ARN } from "../stack/deployed.ts";

const CLIENT_ID = "1234.5678";

async function startSlack(options: Partial<OAuthAppOptions> = {}): Promise<FakeSlack> {
  const slack = await startFakeSlack({
    entries: makeEntries(3, { from: 1_772_442_000 }),
    oauth: { clientId: CLIENT_ID, rotates: false, ...options },
  });
  onTestFinished(() => slack.close());
  return slack;
}

async function redirectUrl(): Promise<string> {
  const server = await LoopbackServer.start(() => {});
  await server.stop();
  return `http://localhost:${new URL(server.endpoint).port}/callback`;
}

const authorizeUrlIn = (text: string) => /^http\S+oauth\S+$/m.exec(text)?.[0];

/** The owner's browser: it follows the redirect to this machine. */
async function allow(url: string): Promise<void> {
  const { headers } = await fetch(url, { redirect: "manual" });
  // Not every machine resolves localhost to the address that is listened on.
  const back = new URL(headers.get("location") ?? "");
  back.hostname = "127.0.0.1";
  await fetch(back);
}

/** `token authorize --print` in this process. */
async function authorizeHere(slack: FakeSlack, args: string[] = []) {
  const shown: string[] = [];
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line) => {
    shown.push(line);
    const url = authorizeUrlIn(line);
    if (url !== undefined) void allow(url);
  });
  const all = [
    ...["token", "authorize", "--client-id", CLIENT_ID, "--print"],
    ...["--redirect-url", await redirectUrl(), "--api-base", slack.baseUrl, ...args],
  ];
  const program = await createProgram(all);
  const ended = await program.parseAsync(all, { from: "user" }).catch((error: Error) => error);
  return { ended, shown: shown.join("\n"), printed };
}

afterEach(() => vi.restoreAllMocks());

describe("token authorize", () => {
  it("installs the app, tries the token, and stores it in the source's secret, unseen", async () => {
    const slack = await startSlack();
    const aws = await deployed(
      { PutSecretValue: () => ({ ARN: SECRET_ARN }) },
      { slackApi: slack.baseUrl },
    );
    const { process, ended } = start(
      ["token", "authorize", "--client-id", CLIENT_ID, "--redirect-url", await redirectUrl()],
      { env: aws.environment },
    );
    let shown = "";
    let isAllowed = false;
    process.stderr?.on("data", (chunk) => {
      shown += chunk;
      const url = authorizeUrlIn(shown);
      if (url === undefined || !shown.endsWith("\n\n") || isAllowed) return;
      isAllowed = true;
      void allow(url);
    });
    const { code, stdout, stderr } = await ended;

    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^Slack +accepts it; the newest entry is from 2026-03-02 /m);
    expect(stderr).toMatch(/^stored +in the secret of acme /m);
    expect(stderr).toMatch(/^expires +never$/m);
    expect(stderr).not.toMatch(/xox[a-z]/);
    expect(new URL(authorizeUrlIn(stderr) ?? "").searchParams.get("user_scope")).toBe(
      "auditlogs:read",
    );
    expect(aws.inputs("PutSecretValue")).toMatchObject([
      { SecretId: SECRET_ARN, SecretString: '{"token":"xoxp-fake-1"}' },
    ]);
  });

  it("prints the token alone when asked to", async () => {
    const { printed, shown } = await authorizeHere(await startSlack());

    expect(printed).toEqual(["xoxp-fake-1"]);
    expect(shown).not.toMatch(/xox[a-z]/);
  });

  it("keeps what a token that rotates is refreshed with", async () => {
    const { printed, shown } = await authorizeHere(await startSlack({ rotates: true }));

    expect(parseStoredToken(printed[0] ?? "")).toEqual({
      token: "xoxe.xoxp-fake-1",
      rotation: {
        clientId: CLIENT_ID,
        clientSecret: undefined,
        refreshToken: "xoxe-1-fake-1",
        expiresAtMs: expect.any(Number),
      },
    });
    expect(shown).toMatch(/^expires .*tokenRotation: true/m);
  });

  it.each<[string, Partial<OAuthAppOptions>, (slack: FakeSlack) => void, RegExp]>([
    [
      "an installation on a workspace",
      { isOrganization: false },
      () => {},
      /Acme Sales, which is a workspace: nothing is stored/,
    ],
    ["another app", { clientId: "9.9" }, () => {}, /invalid_client_id/],
    ["an app without PKCE", { clientSecret: "s" }, () => {}, /bad_client_secret/],
    [
      "a token that Slack refuses",
      {},
      (slack) =>
        slack.faults.when(({ path }) =>
          path === "logs" ? { kind: "error", code: "user_not_authorized", status: 403 } : undefined,
        ),
      /user_not_authorized/,
    ],
  ])("stores nothing of %s", async (_, options, prepare, message) => {
    const slack = await startSlack(options);
    prepare(slack);
    const { ended, printed } = await authorizeHere(slack);

    expect(printed).toEqual([]);
    expect(ended).toMatchObject({
      code: expect.any(String),
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, string[], RegExp]>([
    ["no client id", [], /required option '--client-id <id>'/],
    [
      "a redirect URL in the clear",
      ["--client-id", "1", "--redirect-url", "http://example.com/"],
      /must be http:\/\/localhost/,
    ],
    [
      "https without a terminal",
      ["--client-id", "1", "--print", "--redirect-url", "https://localhost/"],
      /there is no terminal/,
    ],
  ])("gives one line for %s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(["token", "authorize", ...args], {});

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^audit-lake: .*\n$/);
  });
});
