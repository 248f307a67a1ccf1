import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { ENTRY_POINT } from "./bundle.ts";

interface TerminalOptions {
  /** Width in characters. @default 80 */
  columns?: number;
  /** Height in lines; what has scrolled away is part of the screen too. @default 24 */
  rows?: number;
  /** Keys to hit once this text is on the screen. */
  type?: { at: string; keys: string };
  /** Set besides those of this process. `SLACK_AUDIT_TOKEN` is not set unless it is here. */
  env?: Record<string, string>;
  cwd?: string;
}

/** What a person sees who runs the command. */
interface Seen {
  code: number;
  /** Standard output and error alike, without colors; a line is as long as the terminal at most. */
  screen: string;
  /** The same before the terminal obeyed it: with what was overwritten, and with its control sequences. */
  raw: string;
}

/** Lines that a terminal keeps after they have scrolled away. */
const SCROLLBACK = 5000;

/** Run the command at a pseudo-terminal of the operating system. */
export async function runAtTerminal(
  args: readonly string[],
  { columns = 80, rows = 24, type, env = {}, cwd }: TerminalOptions = {},
): Promise<Seen> {
  const { SLACK_AUDIT_TOKEN: _, ...environment } = process.env;
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
  });
  const child = spawn(process.execPath, [ENTRY_POINT, ...args], {
    name: "xterm-256color",
    cols: columns,
    rows,
    env: { ...environment, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let raw = "";
  let hasTyped = false;
  let shown = Promise.resolve();
  const show = (data: string) => new Promise<void>((resolve) => terminal.write(data, resolve));
  child.onData((data) => {
    raw += data;
    shown = show(data).then(() => {
      if (hasTyped || type === undefined || !textOf(terminal).includes(type.at)) return;
      hasTyped = true;
      child.write(type.keys);
    });
  });
  const code = await new Promise<number>((resolve) =>
    child.onExit(({ exitCode }) => resolve(exitCode)),
  );
  await shown;
  const screen = textOf(terminal);
  terminal.dispose();
  return { code, screen, raw };
}

function textOf({ buffer: { active } }: InstanceType<typeof xterm.Terminal>): string {
  const lines = Array.from(
    { length: active.length },
    (_, i) => active.getLine(i)?.translateToString(true) ?? "",
  );
  return lines.join("\n").trimEnd();
}
