/** The command as it is published: JavaScript that starts in a third of the time. */
import { readFile, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join } from "node:path";
import { type ChunkingContext, type Plugin, rolldown } from "rolldown";
import { nodeBuiltin, toNodeName } from "../functions/bundle/node-builtins.ts";
import root from "../package.json" with { type: "json" };

/** Packages that an install may leave out, or their scopes. */
export const OPTIONAL = ["@duckdb", "@aws-sdk", "@smithy", "@observablehq", "linkedom"];

/**
 * What is loaded together is one file, since to find and load some hundred modules takes longer than
 * what most commands do (docs/adr/0026-close-to-the-floor.md): what each start takes, what a run
 * takes besides, and what of that has to do with undici, which costs the most. The rest is a file a
 * command, and one for what some share. What an install may leave out stays outside.
 *
 * @param entryPoint - absolute, `cli/audit-lake.js`
 * @param directory - absolute; gets `cli/`, and must have a package.json
 * @param savedQueries - the module that reads saved queries beside itself; as `cli/` imports it
 * @returns the paths of all modules whose code is in it
 */
export async function bundleCommand(
  entryPoint: string,
  directory: string,
  savedQueries: string,
): Promise<string[]> {
  const main = join(dirname(entryPoint), "main.ts");
  const ingest = join(dirname(entryPoint), "commands/ingest.ts");
  const cli = join(directory, "cli");
  const bundle = await rolldown({
    input: main,
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    transform: { target: `node${root.engines.node.slice(">=".length)}` },
    external: OPTIONAL.map((name) => RegExp(`^${name}(?:/|$)`)),
    plugins: [outside(savedQueries), LEAN, NODE_BUILTINS],
  });
  const { output } = await bundle.write({
    dir: cli,
    cleanDir: true,
    chunkFileNames: "[name].js",
    // Names stay: a bug's stack is to be read.
    minify: { mangle: false, codegen: { removeWhitespace: true, legalComments: "none" } },
    codeSplitting: {
      // Each with all that it imports, less what is in those before.
      groups: [
        {
          debugName: "start",
          name: (path, modules) =>
            modules.getModuleInfo(path)?.importers.includes(main) ? "start" : null,
        },
        {
          debugName: "run",
          name: (path, modules) => {
            if (!loadedWith(ingest, modules).includes(path)) return null;
            return loadedWith(path, modules).some((id) => /\bundici\b/.test(id)) ? "slack" : "run";
          },
        },
      ],
    },
  });
  await bundle.close();
  // As it is: an older Node, too, must be able to read it, and it imports the rest when it is ready.
  const start = await readFile(entryPoint, "utf8");
  await writeFile(join(cli, basename(entryPoint)), start.replace("./main.ts", "./main.js"));
  return output
    .flatMap((file) => (file.type === "chunk" ? Object.entries(file.modules) : []))
    .flatMap(([path, { renderedLength }]) => (renderedLength > 0 ? [path] : []));
}

/** @returns a module, what it imports, and so on; less what it loads later */
function loadedWith(path: string, modules: ChunkingContext): string[] {
  const loaded = new Set([path]);
  for (const each of loaded) {
    for (const imported of modules.getModuleInfo(each)?.importedIds ?? []) loaded.add(imported);
  }
  return [...loaded];
}

/** Files of the package that are beside `cli/`, or below. */
function outside(savedQueries: string): Plugin {
  return {
    name: "outside",
    resolveId: (source) => {
      if (source.endsWith("/package.json")) return { id: "../package.json", external: true };
      if (source.endsWith("/saved-queries.ts")) return { id: savedQueries, external: true };
      return null;
    },
  };
}

/** What nobody calls, by who imports it, and the file of `bundle/` that is in its place. */
const REPLACED = [
  { filter: /^undici$/, file: "undici.js" },
  { filter: /^node:http$/, importer: "/undici/lib/", file: "node-http.js" },
  {
    // HTTP/2 and SOCKS are not used, and no body is a form or a stream (lib/slack/dispatcher.ts).
    filter: /(?:client-h2|web\/fetch\/body|socks5-proxy-agent)(?:\.js)?$/,
    importer: "/undici/lib/",
    file: "absent.js",
  },
  { filter: /^node:assert$/, importer: "/undici/lib/", file: "node-assert.cjs" },
  { filter: /^readline$/, importer: "/cli-progress/", file: "node-readline.cjs" },
  { filter: /^node:child_process$/, importer: "/commander/", file: "node-child-process.js" },
];

/** Without what nobody calls. */
const LEAN: Plugin = {
  name: "lean",
  resolveId: (source, importer = "") => {
    const found = REPLACED.find(
      (each) => each.filter.test(source) && importer.includes(each.importer ?? ""),
    );
    return found ? join(import.meta.dirname, "bundle", found.file) : null;
  },
};

/** As for functions (functions/bundle/node-builtins.ts). */
const NODE_BUILTINS: Plugin = {
  name: "node-builtins",
  resolveId: (source, _importer, { kind }) =>
    isBuiltin(source) ? `\0${kind}/${toNodeName(source)}` : null,
  load: (id) => {
    const [, kind, name = ""] = /^\0(\S+?)\/(node:\S+)$/.exec(id) ?? [];
    if (kind === undefined) return null;
    return nodeBuiltin(name, kind === "require-call" ? kind : "import-statement");
  },
};
