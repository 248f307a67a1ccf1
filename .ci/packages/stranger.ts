/** Somebody else: where the tests are root's, a user who may write in folders of his own only. */
import { execFile } from "node:child_process";
import { chownSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { inject } from "vitest";

/** Debian's `nobody`. */
const STRANGER = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** @returns a new folder of the stranger's */
export function strangersFolder(name: string): string {
  const folder = join(inject("workspace"), name);
  mkdirSync(folder);
  if (STRANGER.uid !== undefined) chownSync(folder, STRANGER.uid, STRANGER.gid);
  return folder;
}

/**
 * Run a command as the stranger, without anything of the repository in reach.
 *
 * @param node - path of the `node` that the command finds
 * @param home - a folder of the stranger's
 */
export function runAsStranger(
  node: string,
  home: string,
  [command = "", ...args]: string[],
  { cwd = home, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return run(command, args, { ...STRANGER, cwd, env: { ...environment(node, home), ...env } });
}

/**
 * Install packages as the one who runs the tests: in what comes of it the stranger cannot write.
 *
 * @param where - options of `npm install` that say where
 */
export async function install(node: string, where: string[], packages: string[]): Promise<void> {
  const home = inject("workspace");
  await mustRun("npm", ["install", "--no-fund", "--no-audit", ...where, ...packages], {
    cwd: home,
    env: environment(node, join(home, "npm")),
  });
}

/** The same as the stranger, into a folder of his. */
export async function installAsStranger(
  node: string,
  folder: string,
  packages: string[],
): Promise<void> {
  await mustRun("npm", ["install", "--no-fund", "--no-audit", "--prefix", folder, ...packages], {
    ...STRANGER,
    cwd: folder,
    env: environment(node, folder),
  });
}

/** What is the same for everyone on the machine: the tests' own npm and Vitest are left out. */
function environment(node: string, home: string): NodeJS.ProcessEnv {
  const own = /^(npm_(?!config_registry$)|vitest|node_(?!extra_ca_certs$)|init_cwd$|prod$|dev$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  const path = [dirname(node), ...(process.env.PATH ?? "").split(":")].filter(
    (folder) => !folder.includes("node_modules/.bin"),
  );
  return { ...Object.fromEntries(kept), PATH: path.join(":"), HOME: home };
}

type Options = { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number };

function run(command: string, args: string[], options: Options): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { ...options, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

async function mustRun(command: string, args: string[], options: Options): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${code}\n${stdout}${stderr}`);
}
