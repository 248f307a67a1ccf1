import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";

/**
 * The directory that a script was called with, made if it is not there. Anything else ends the
 * process with one line and exit code 2.
 *
 * @param script - its name in package.json
 * @param content - what the script writes
 */
export async function outputDirectory(script: string, content: string): Promise<string> {
  const [argument, ...more] = process.argv.slice(2);
  if (argument === undefined || argument === "" || argument.startsWith("-") || more.length > 0) {
    refuse(`${script}: name one directory for ${content}: npm run ${script} -- DIR`);
  }
  // npm runs scripts in the root, wherever it was called.
  const directory = resolve(process.env.INIT_CWD ?? ".", argument);
  await mkdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    refuse(`${script}: cannot make the directory ${directory} (${error.code}); name another one`);
  });
  return directory;
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}
