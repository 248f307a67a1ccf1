import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import root from "../../package.json" with { type: "json" };
import { bundleCommand } from "../../packages/bundle-command.ts";

const DIRECTORY = fileURLToPath(new URL("../../dist/command", import.meta.url));
const SOURCE = fileURLToPath(new URL("../../cli/audit-lake.js", import.meta.url));
const SAVED_QUERIES = new URL("../../lib/sql/saved-queries.ts", import.meta.url).href;

/** What the tests start: the command as it is published, as hundreds of starts from its sources take a minute. */
export const ENTRY_POINT = join(DIRECTORY, "cli/audit-lake.js");

/** Once, before the tests of the command. */
export default async function setup(): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(join(DIRECTORY, "package.json"), JSON.stringify(root));
  await bundleCommand(SOURCE, DIRECTORY, SAVED_QUERIES);
}
