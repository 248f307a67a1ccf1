import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { FAKE_TOKEN } from "../../fake-slack/fake-slack.ts";
import { ENTRY_POINT } from "./bundle.ts";

export interface Ended {
  /** Absent when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface StartOptions {
  /** @default FAKE_TOKEN; `null`: the variable is not set */
  token?: string | null;
  stdin?: string;
  cwd?: string;
  /** Set besides those of this process. */
  env?: Record<string, string>;
}

/** Start the command as a user does: a process of its own. */
export function start(
  args: readonly string[],
  { token = FAKE_TOKEN, stdin = "", cwd, env = {} }: StartOptions = {},
): { process: ChildProcess; ended: Promise<Ended> } {
  const { SLACK_AUDIT_TOKEN: _, ...environment } = process.env;
  const child = spawn(process.execPath, [ENTRY_POINT, ...args], {
    env: { ...environment, ...env, ...(token === null ? {} : { SLACK_AUDIT_TOKEN: token }) },
    ...(cwd === undefined ? {} : { cwd }),
  });
  child.stdin.end(stdin);
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [code]]) => ({ code, stdout, stderr }),
  );
  return { process: child, ended };
}

export function run(args: readonly string[], options?: StartOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** The JSON object in the last line. */
export function lastLine(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}
