import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ACCOUNT, Deployment } from "../../test/fakes/local-account/deployment.ts";
import { stop } from "../moto/moto.ts";

export interface MotoDeployment {
  /** Of moto. */
  endpoint: string;
  /** As the template has it, with the names that moto gave. */
  deployment: Deployment;
  stop(): Promise<void>;
}

/**
 * Deploy cloud assemblies to moto.
 *
 * @param assemblies - directories; the stack is that of the last
 * @param gateway - where moto's interpreter of state machines calls functions
 */
export async function deployToMoto(
  assemblies: readonly string[],
  stackName: string,
  gateway: string,
): Promise<MotoDeployment> {
  const child = spawn(
    join(".venv/template/bin", "python"),
    [".ci/template/deploy_to_moto.py", ...assemblies],
    {
      env: {
        ...process.env,
        MOTO_ACCOUNT_ID: ACCOUNT,
        MOTO_PORT: new URL(gateway).port,
        TZ: "UTC", // its interpreter compares times with the machine's
      },
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  for await (const line of createInterface(child.stdout)) {
    const { endpoint, stacks } = JSON.parse(line);
    const template = JSON.parse(
      readFileSync(`${assemblies.at(-1)}/${stackName}.template.json`, "utf8"),
    );
    return {
      endpoint,
      deployment: new Deployment(template, stacks[stackName]),
      stop: () => stop(child),
    };
  }
  throw new Error("the stacks were not deployed to moto");
}
