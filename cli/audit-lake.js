#!/usr/bin/env -S node --max-semi-space-size=2
// Plain JavaScript, so that a Node too old for the rest can still say so.
import module from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  // Halves the start. Not in the shared temporary directory, where others could plant code.
  module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url)));
  import("./main.ts");
} else {
  console.error(
    `audit-lake needs Node 22.18 or newer, and this is ${process.version}: run it as "npx audit-lake", which brings its own, after "npm ci"`,
  );
  process.exitCode = 2;
}
