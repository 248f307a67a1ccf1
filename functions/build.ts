/**
 * `npm run build`: every function as one file, `dist/functions/<function>/index.mjs`, beside its
 * source map. The stack deploys these folders, and the package ships them.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { LEAN, LEAN_FOR_LAMBDA } from "./bundle/lean.ts";
import { leanSourceMap } from "./bundle/source-map.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const BUNDLES = join(ROOT, "dist/functions");

/** The folders below `functions/` that are deployed. */
export const FUNCTIONS: readonly string[] = globSync("*/handler.ts", { cwd: import.meta.dirname })
  .map(dirname)
  .toSorted();

/**
 * @param directory - absolute; gets a folder per function; what was in it before is deleted
 * @returns bytes of each function's code, without its source map, by name
 */
export async function buildFunctions(
  directory: string = BUNDLES,
  functions: readonly string[] = FUNCTIONS,
): Promise<Map<string, number>> {
  for (const name of functions) rmSync(join(directory, name), { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: functions.map((name) => ({
      in: join(import.meta.dirname, name, "handler.ts"),
      out: join(name, "index"),
    })),
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // The modules of the SDK start faster than its CommonJS, and than the runtime's own copy.
    mainFields: ["module", "main"],
    // Dependencies that are CommonJS ask for `require`, which a module does not have.
    banner: {
      js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
    },
    plugins: [LEAN_FOR_LAMBDA, LEAN],
    minify: true,
    legalComments: "none",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  });
  for (const name of functions) {
    const map = join(directory, name, "index.mjs.map");
    writeFileSync(map, leanSourceMap(readFileSync(map, "utf8")));
  }
  return new Map(
    Object.values(metafile.outputs).flatMap(({ entryPoint, bytes }) =>
      entryPoint === undefined ? [] : [[dirname(entryPoint).slice("functions/".length), bytes]],
    ),
  );
}

if (import.meta.main) {
  const sizes = await buildFunctions();
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  // Not on standard output, where `cdk synth` writes the template.
  process.stderr.write(
    `dist/functions: ${sizes.size} functions, ${Math.round(bytes / 1024)} KiB\n`,
  );
}
