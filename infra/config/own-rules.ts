import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { modulesAmong, rulesOf } from "../../lib/detect/own-rules.ts";
import type { Rule } from "../../lib/detect/rule.ts";

const require = createRequire(import.meta.url);

/** What rules import as `slack-audit-lake/rules`. */
const RULES = fileURLToPath(new URL("../../lib/detect/index", import.meta.url));

/** Rules of one's own. */
export interface OwnRules {
  rules: readonly Rule[];
  /** A module that exports them. */
  code: string;
}

/**
 * The rules of a folder, also as one module, which exports each file's exports under the name of the
 * file. Reading them runs their code.
 *
 * esbuild does it, as it does for CDK's own functions: who has rules installs it.
 *
 * @throws {Error} when the folder or a module cannot be read, a module exports no rule
 * or something else, or esbuild is missing
 */
export function bundleOwnRules(folder: string): OwnRules {
  const directory = resolve(folder);
  const contents = modulesAmong(readdirSync(directory), folder).map(
    (file) => `export * as ${JSON.stringify(file)} from ${JSON.stringify(`./${file}`)};`,
  );
  const { outputFiles } = loadEsbuild().buildSync({
    stdin: { contents: contents.join("\n"), resolveDir: directory },
    alias: { "slack-audit-lake/rules": RULES },
    ...{ bundle: true, platform: "node", target: "node24", format: "esm", write: false },
    logLevel: "silent",
  });
  const code = outputFiles[0]?.text ?? "";
  return { rules: rulesOf(load(code)), code };
}

function loadEsbuild(): typeof import("esbuild") {
  try {
    return require("esbuild");
  } catch (cause) {
    throw new Error("install esbuild, which bundles them: npm install --save-dev esbuild", {
      cause,
    });
  }
}

function load(bundle: string): Record<string, object> {
  const directory = mkdtempSync(join(tmpdir(), "own-rules-"));
  try {
    const file = join(directory, "rules.mjs");
    writeFileSync(file, bundle);
    return { ...require(file) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
