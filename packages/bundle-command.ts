/** The command as it is published: JavaScript that starts in half of the time. */
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { LEAN } from "../functions/bundle/lean.ts";
import root from "../package.json" with { type: "json" };

/** Packages that an install may leave out, or their scopes. */
export const OPTIONAL = ["@duckdb", "@aws-sdk", "@smithy", "@observablehq", "linkedom"];

/**
 * One file a command, with what it imports, and one for what commands share: to find and load some
 * hundred modules takes longer than what most commands do (docs/adr/0026-close-to-the-floor.md).
 * What an install may leave out stays outside.
 *
 * @param entryPoint - absolute, `cli/audit-lake.js`
 * @param directory - absolute; gets `cli/`, and must have a package.json
 * @param savedQueries - the module that reads saved queries beside itself; as `cli/` imports it
 */
export async function bundleCommand(
  entryPoint: string,
  directory: string,
  savedQueries: string,
): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entryPoint],
    outdir: join(directory, "cli"),
    absWorkingDir: join(import.meta.dirname, ".."),
    bundle: true,
    splitting: true,
    platform: "node",
    target: `node${root.engines.node.slice(">=".length)}`,
    format: "esm",
    mainFields: ["module", "main"],
    external: OPTIONAL.flatMap((name) => [name, `${name}/*`]),
    // Dependencies that are CommonJS ask for `require`, which a module does not have.
    banner: {
      js: 'import{createRequire as toRequire}from"node:module";const require=toRequire(import.meta.url);',
    },
    plugins: [
      {
        name: "beside",
        setup({ onResolve }) {
          const outside = (filter: RegExp, path: string) =>
            onResolve({ filter }, () => ({ path, external: true }));
          outside(/\/package\.json$/, "../package.json");
          outside(/\/saved-queries\.ts$/, savedQueries);
        },
      },
      LEAN,
    ],
    // Names stay: a bug's stack is to be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}
