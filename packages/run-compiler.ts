import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const COMPILER = join(import.meta.dirname, "../node_modules/typescript/bin/tsc");

/**
 * @param name - of the package
 * @param project - absolute path of a tsconfig.json, or its folder
 * @throws what the compiler prints
 */
export async function runCompiler(name: string, project: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [COMPILER, "--project", project]);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${name} does not compile:\n${stdout}${stderr}`, { cause: error });
  }
}
