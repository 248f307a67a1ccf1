#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for the rest can still name the one it needs.
import module, { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** `>=22.18` */
const needed = createRequire(import.meta.url)("../package.json").engines.node.slice(">=".length);
const [neededMajor, neededMinor] = needed.split(".").map(Number);
const [major, minor] = process.versions.node.split(".").map(Number);

if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) {
  // Halves the start; does nothing where the folder cannot be written. Not in the shared temporary
  // directory, where others could plant code.
  module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url)));
  // Node 22 has the SQLite that Node 24 has, and calls it experimental at each start.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) {
      emitWarning.call(process, warning, ...rest);
    }
  };
  import("./main.ts");
} else {
  console.error(
    `audit-lake needs Node ${needed} or newer, and this is ${process.version}. (In a clone, "npm ci" brings one, which "npx audit-lake" uses.)`,
  );
  process.exitCode = 2;
}
