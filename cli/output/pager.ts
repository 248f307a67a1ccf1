import { spawn } from "node:child_process";
import { once } from "node:events";

/** Quit when all fits on the screen, pass what is shown, keep it on the screen: as git has it. */
const LESS_OPTIONS = "FRX";

/** Show text on the terminal, through the pager when it is longer than the screen. */
export async function page(text: string): Promise<void> {
  const { PAGER: pager = "less", LESS: options = LESS_OPTIONS } = process.env;
  const lines = text.split("\n").length;
  if (!process.stdout.isTTY || lines < process.stdout.rows || pager === "" || pager === "cat") {
    console.log(text);
    return;
  }
  const child = spawn(pager, {
    shell: true, // `less -S` is a command line.
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, LESS: options },
  });
  // Whoever leaves the pager closes the pipe before its end.
  child.stdin.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const ignore = () => {}; // Ctrl-C is the pager's.
  process.on("SIGINT", ignore);
  child.stdin.end(`${text}\n`);
  const [code] = await once(child, "close");
  process.off("SIGINT", ignore);
  if (code === 127) console.log(text); // There is no such program.
}
