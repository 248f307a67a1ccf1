/** `npm run build`: every function as one file, `dist/<function>/index.mjs`, as the stack deploys it. */
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { BUNDLING } from "./bundling.ts";

const root = join(import.meta.dirname, "..");

/** @returns bytes of the bundle */
export async function buildFunction(folder: string, outfile: string): Promise<number> {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, folder, "handler.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
    target: BUNDLING.target,
    mainFields: BUNDLING.mainFields,
    banner: { js: BUNDLING.banner },
  });
  const output = Object.entries(metafile.outputs).find(([path]) => path.endsWith(".mjs"));
  return output?.[1].bytes ?? 0;
}

if (import.meta.main) {
  for (const handler of globSync("*/handler.ts", { cwd: import.meta.dirname }).toSorted()) {
    const folder = dirname(handler);
    const outfile = join(root, "dist", basename(folder), "index.mjs");
    const bytes = await buildFunction(folder, outfile);
    process.stdout.write(`dist/${folder}/index.mjs  ${Math.round(bytes / 1024)} KiB\n`);
  }
}
