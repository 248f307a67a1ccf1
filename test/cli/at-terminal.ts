import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { ENTRY_POINT } from "./audit-lake.ts";

/**
 * Run the command at a terminal of the operating system, and hit keys once it asks.
 *
 * @param question - what is on the screen when it asks
 * @returns all that was on the screen, standard output and error alike, without colors
 */
export async function runAtTerminal(
  args: readonly string[],
  { question, keys, env = {} }: { question: string; keys: string; env?: Record<string, string> },
): Promise<{ code: number | null; screen: string }> {
  const { SLACK_AUDIT_TOKEN: _, ...environment } = process.env;
  const command = [process.execPath, ENTRY_POINT, ...args];
  const child = spawn(
    "/usr/bin/script",
    process.platform === "darwin"
      ? ["-q", "/dev/null", ...command]
      : ["-qefc", command.map((word) => `'${word}'`).join(" "), "/dev/null"],
    { env: { ...environment, ...env }, stdio: ["pipe", "pipe", "inherit"] },
  );
  let screen = "";
  let hasTyped = false;
  child.stdout.on("data", (chunk) => {
    screen += chunk;
    if (hasTyped || !stripVTControlCharacters(screen).includes(question)) return;
    hasTyped = true;
    child.stdin.write(keys);
  });
  const [code] = await once(child, "close");
  child.stdin.destroy();
  return { code, screen: stripVTControlCharacters(screen).replaceAll("\r\n", "\n") };
}
