import { spawn } from "node:child_process";

const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

/** Have the system open a file; where it cannot, one line says so. */
export function openInBrowser(path: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  spawn(program, [...args, path], { detached: true, stdio: "ignore" })
    .on("error", () =>
      console.error(`audit-lake: ${program} could not open the page; open ${path} yourself`),
    )
    .unref();
}
