import os from "node:os";
import process from "node:process";
import { CLIENT_VERSION } from "./version.ts";

/** `[prefix ]node/24.1.0 slack-audit-lake/0.1.0 linux/6.1.0[ suffix]` */
export function toUserAgent(prefix?: string, suffix?: string): string {
  return [
    prefix,
    `node/${process.versions.node}`,
    `slack-audit-lake/${CLIENT_VERSION}`,
    `${os.platform()}/${os.release()}`,
    suffix,
  ]
    .filter(Boolean)
    .join(" ");
}
