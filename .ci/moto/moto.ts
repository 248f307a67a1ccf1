import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What AWS clients are given to talk to moto: it looks at no signature. */
export const MOTO_REGION = "eu-central-1";
export const MOTO_CREDENTIALS = { accessKeyId: "moto", secretAccessKey: "moto" };

/** As `.ci/python-environment.sh` has put it there. */
const PYTHON = resolve(".venv/template/bin/python");
const SERVER = resolve(import.meta.dirname, "moto_server.py");

/** How long a server may take to answer for the first time. */
const STARTED_WITHIN_MS = 600_000;

export interface Server {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  stop(): Promise<void>;
}

/** Start moto's server, empty. */
export async function startMoto(): Promise<Server> {
  const port = await freePort();
  const child = spawn(PYTHON, [SERVER, "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilTrue(child, async () => (await fetch(`${endpoint}/moto-api/`)).ok);
  return { endpoint, stop: () => stop(child) };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

/** @throws {Error} when the process ends, or does not answer in time */
export async function untilTrue(
  child: ChildProcess,
  answers: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + STARTED_WITHIN_MS;
  // A server that does not listen yet refuses.
  while (!(await answers().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > end) {
      throw new Error(`${child.spawnfile} did not start (exit code ${child.exitCode})`);
    }
    await sleep(500);
  }
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, "exit");
}
