/**
 * Writes lib/slack/types/listed-actions.ts, the actions that Slack lists:
 *
 *     node packages/refresh-actions.ts              # asks Slack; needs no token
 *     node packages/refresh-actions.ts FILE.json    # takes a saved body of /actions
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { AuditLogsClient } from "../lib/slack/client.ts";
import type { ActionsBody } from "../lib/slack/types.ts";

const [file] = process.argv.slice(2);
const { actions }: Pick<ActionsBody, "actions"> =
  file === undefined
    ? (await new AuditLogsClient().actions()).typedBody
    : JSON.parse(readFileSync(file, "utf8"));

const target = new URL("../lib/slack/types/listed-actions.ts", import.meta.url);
writeFileSync(target, toSource(actions));
process.stdout.write(`${Object.values(actions).flat().length} actions in ${target.pathname}\n`);

/** In Slack's order, so that a refresh shows what is new. */
function toSource(byCategory: ActionsBody["actions"]): string {
  const lines = Object.entries(byCategory).flatMap(([category, names]) => {
    const [first, ...rest] = names.map((name) => JSON.stringify(name));
    return rest.length === 0
      ? [`  ${category}: ${first ?? "never"};`]
      : [`  ${category}:`, ...[first, ...rest].map((name) => `    | ${name}`)].map((line, i) =>
          i === names.length ? `${line};` : line,
        );
  });
  return [
    "// Written by packages/refresh-actions.ts; not to be changed by hand.",
    "",
    "/** What `GET /actions` lists, by category. */",
    "export interface ListedActions {",
    ...lines,
    "}",
    "",
  ].join("\n");
}
