/**
 * `npm run build`: every function as one file, `dist/functions/<function>/index.mjs`, beside its
 * source map. The stack deploys these folders, and the package ships them.
 */
import { cpSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { minify } from "rolldown/utils";
import { LEAN } from "./bundle/lean.ts";
import { NODE_BUILTINS } from "./bundle/node-builtins.ts";
import { leanSourceMap } from "./bundle/source-map.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const BUNDLES = join(ROOT, "dist/functions");

/** The module that reads the texts of the saved queries, and their folder. */
const SAVED_QUERIES = "lib/sql/saved-queries.ts";
const QUERIES = "lib/sql/queries";

/** The folders below `functions/` that are deployed. */
export const FUNCTIONS: readonly string[] = globSync("*/handler.ts", { cwd: import.meta.dirname })
  .map(dirname)
  .toSorted();

/**
 * @param directory - absolute; gets a folder per function; what was in it before is deleted
 * @returns what is in each
 */
export async function buildFunctions(
  directory: string = BUNDLES,
  functions: readonly string[] = FUNCTIONS,
): Promise<Metafile> {
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
    plugins: [LEAN, NODE_BUILTINS],
    minifySyntax: true,
    legalComments: "none",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  });
  for (const name of functions) {
    await minifyBundle(join(directory, name, "index.mjs"));
  }
  for (const { entryPoint, inputs } of Object.values(metafile.outputs)) {
    if (entryPoint === undefined || inputs[SAVED_QUERIES] === undefined) continue;
    // It reads them beside its code.
    const name = basename(dirname(entryPoint));
    cpSync(join(ROOT, QUERIES), join(directory, name, basename(QUERIES)), { recursive: true });
  }
  return metafile;
}

/** By Oxc, whose output is a twentieth smaller than that of esbuild. */
async function minifyBundle(path: string): Promise<void> {
  const { code, map, errors } = await minify(path, readFileSync(path, "utf8"), {
    module: true,
    codegen: { removeWhitespace: true, legalComments: "none" },
    sourcemap: true,
    inputMap: JSON.parse(readFileSync(`${path}.map`, "utf8")),
  });
  if (!map || errors.length > 0) throw new AggregateError(errors, `cannot minify ${path}`);
  writeFileSync(path, `${code}\n//# sourceMappingURL=${basename(path)}.map\n`);
  writeFileSync(`${path}.map`, leanSourceMap(map));
}

if (import.meta.main) {
  await buildFunctions();
  const sizes = FUNCTIONS.map((name) => statSync(join(BUNDLES, name, "index.mjs")).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  // Not on standard output, where `cdk synth` writes the template.
  process.stderr.write(
    `dist/functions: ${sizes.length} functions, ${Math.round(bytes / 1024)} KiB\n`,
  );
}
