import { describe, expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { FAKE_TOKEN, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { AwsRefusal } from "../../fakes/local-aws.ts";
import { run } from "../audit-lake.ts";
import { deployed, SECRET_ARN } from "../stack/deployed.ts";
import { runAtTerminal } from "../terminal.ts";

const STORED = { PutSecretValue: () => ({ ARN: SECRET_ARN }) };

/** The stack, and the Slack that its source reads. */
async function deployedWithSlack(options: Parameters<typeof deployed>[1] = {}) {
  const slack = await startFakeSlack({ entries: makeEntries(3, { from: 1_772_442_000 }) });
  onTestFinished(() => slack.close());
  const aws = await deployed(STORED, { slackApi: slack.baseUrl, ...options });
  return { slack, aws, env: aws.environment };
}

describe("token set", () => {
  it("tries the token with Slack and stores it in the source's secret", async () => {
    const { aws, env } = await deployedWithSlack();
    const { code, stdout, stderr } = await run(["token", "set"], { stdin: `${FAKE_TOKEN}\n`, env });

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Slack +accepts it; the newest entry is from 2026-03-02 /m);
    expect(stdout).toMatch(/^next +a run starts within 5 min; /m);
    expect(aws.inputs("PutSecretValue")).toEqual([
      {
        SecretId: SECRET_ARN,
        SecretString: JSON.stringify({ token: FAKE_TOKEN }),
        ClientRequestToken: expect.any(String),
      },
    ]);
  });

  it("never shows the token, whether it is taken or refused", async () => {
    const { env } = await deployedWithSlack();
    for (const token of [FAKE_TOKEN, "xoxp-of-somebody-else"]) {
      const { stdout, stderr } = await run(["token", "set"], { stdin: token, env });
      expect(stdout + stderr).not.toContain(token);
      expect(stdout + stderr).not.toContain(token.slice("xoxp-".length));
    }
  });

  it("asks for the token at a terminal, and shows nothing of it", async () => {
    const { aws, env } = await deployedWithSlack();
    const question = "Slack token of acme:";
    const keys = `${FAKE_TOKEN}\r`;
    const { code, screen, raw } = await runAtTerminal(["token", "set"], {
      type: { at: question, keys },
      env,
    });

    expect(code).toBe(0);
    expect(screen).toMatch(/^Slack +accepts it; /m);
    expect(raw).not.toContain(FAKE_TOKEN.slice(0, 6));
    expect(aws.inputs("PutSecretValue")).toHaveLength(1);
  });

  it.each([
    ["Ctrl-C", "xoxp-123\u0003", 130, ""],
    [
      "Ctrl-D",
      "\u0004",
      2,
      "audit-lake: no token on standard input: type it when asked, or pipe it in",
    ],
  ])("ends at %s at a terminal, without a trace", async (_, keys, exitCode, message) => {
    const { aws, env } = await deployedWithSlack();
    const question = "Slack token of acme:";
    const { code, screen } = await runAtTerminal(["token", "set"], {
      type: { at: question, keys },
      columns: 120,
      env,
    });

    expect(code).toBe(exitCode);
    expect(screen.replaceAll("? Slack token of acme: [input is masked]", "").trimStart()).toBe(
      message,
    );
    expect(aws.inputs("PutSecretValue")).toEqual([]);
  });

  it("takes the first line and no more of what is piped in", async () => {
    const { aws, env } = await deployedWithSlack();
    await run(["token", "set"], { stdin: `  ${FAKE_TOKEN} \r\nnot this\n`, env });

    const [{ SecretString } = {}] = aws.inputs("PutSecretValue");
    expect(SecretString).toBe(JSON.stringify({ token: FAKE_TOKEN }));
  });

  it("stores nothing that Slack refuses, and says why it does", async () => {
    const { aws, env } = await deployedWithSlack();
    const { code, stdout, stderr } = await run(["token", "set"], { stdin: "xoxp-1234567890", env });

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^audit-lake: the token was not stored: Slack answered invalid_authentication .*revoked.*\n$/,
    );
    expect(stderr).not.toContain("--no-check");
    expect(aws.inputs("PutSecretValue")).toEqual([]);
  });

  it("stores no token that was revoked, whatever the status", async () => {
    const { slack, aws, env } = await deployedWithSlack();
    slack.faults.when(() => ({ kind: "error", code: "token_revoked", status: 500 }));
    const { code, stderr } = await run(["token", "set"], { stdin: FAKE_TOKEN, env });

    expect(code).toBe(1);
    expect(stderr).toMatch(/token_revoked .*install the app on the organization again/);
    expect(stderr).not.toContain("--no-check");
    expect(aws.inputs("PutSecretValue")).toEqual([]);
  });

  it("offers --no-check where Slack cannot be reached", async () => {
    const { slack, aws, env } = await deployedWithSlack();
    await slack.close();
    const { code, stderr } = await run(["token", "set"], { stdin: FAKE_TOKEN, env });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^audit-lake: the token was not stored: .*; use --no-check to store it untried\n$/,
    );
    expect(aws.inputs("PutSecretValue")).toEqual([]);
  });

  it("stores it unasked with --no-check", async () => {
    const aws = await deployed(STORED, { interval: "none" });
    const { code, stdout } = await run(["token", "set", "--no-check"], {
      stdin: FAKE_TOKEN,
      env: aws.environment,
    });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Slack +not asked/m);
    expect(stdout).toMatch(/^next +no runs: the source is not enabled/m);
    expect(aws.inputs("PutSecretValue")).toHaveLength(1);
  });

  it.each<[string, string[], string, RegExp]>([
    ["nothing on standard input", [], "", /no token on standard input/],
    ["a bot token", [], "xoxb-123-456-abc", /bot token.*xoxp-/],
    ["a token in quotes", [], '"xoxp-123-456-abc"', /this is not a token/],
    ["no source where there are several", [], FAKE_TOKEN, /--source \(acme, zeta\)/],
    ["a source that is not there", ["--source", "acmee"], FAKE_TOKEN, /no source "acmee"/],
    ["a token as an argument", [FAKE_TOKEN], "", /cannot be given as an argument/],
    ["a token as an option", [`--token=${FAKE_TOKEN}`], "", /unknown option/],
  ])("gives one line for %s", async (what, args, stdin, message) => {
    const aws = await deployed(STORED, what.includes("several") ? { others: ["zeta"] } : {});
    const ended = await run(["token", "set", ...args], { stdin, env: aws.environment });

    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(/^audit-lake: .*\n$/);
    expect(ended.stderr).not.toContain(FAKE_TOKEN);
    expect(aws.inputs("PutSecretValue")).toEqual([]);
  });

  it("gives one line when AWS does not let it", async () => {
    const { aws, env } = await deployedWithSlack();
    aws.answers.PutSecretValue = () => {
      throw new AwsRefusal("AccessDeniedException", "User: ada is not authorized to perform: x");
    };
    const { code, stderr } = await run(["token", "set"], { stdin: FAKE_TOKEN, env });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^audit-lake: AWS denied access: User: ada is not authorized .*AWS_PROFILE.*\n$/,
    );
  });
});
