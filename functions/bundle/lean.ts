import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OnResolveArgs, OnResolveResult, Plugin } from "esbuild";

const HERE = import.meta.dirname;

/** An AWS schema that is not used stays in a bundle only because of its computed keys. */
const SCHEMA = /^export var ([\w$]+) = (\[[\s\S]*?\]);$/gm;

/** A source map with nothing in it: where a dependency's code comes from, its names say well enough. */
const NO_MAP = [
  "\n//# sourceMappingURL",
  `data:application/json;base64,${btoa('{"version":3,"sources":[""],"mappings":"AAAA"}')}`,
].join("=");

/** Puts a file of this folder in place of what undici imports. */
function forUndici(file: string): (module: OnResolveArgs) => OnResolveResult | undefined {
  return ({ importer }) =>
    importer.includes("/undici/lib/") ? { path: join(HERE, file) } : undefined;
}

/** Bundles without what nobody calls (docs/adr/0026-close-to-the-floor.md). */
export const LEAN: Plugin = {
  name: "lean",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: join(HERE, "undici.js") }));
    onResolve({ filter: /^node:http$/ }, forUndici("node-http.js"));
    // HTTP/2 and SOCKS are not used, and no body is a form or a stream (lib/slack/dispatcher.ts).
    onResolve(
      { filter: /(?:client-h2|web\/fetch\/body|socks5-proxy-agent)(?:\.js)?$/ },
      forUndici("absent.js"),
    );
    onLoad({ filter: /@aws-sdk\/[\w-]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replace(SCHEMA, "export var $1 = /* @__PURE__ */ (() => $2)();") };
    });
    onLoad({ filter: /\/node_modules\/.*\.m?js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")) + NO_MAP,
    }));
  },
};

/** The same for Lambda only. */
export const LEAN_FOR_LAMBDA: Plugin = {
  name: "lean-for-lambda",
  setup({ onResolve }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(HERE, "credentials.js"),
    }));
    onResolve({ filter: /^undici$/ }, () => ({ path: join(HERE, "undici-absent.js") }));
  },
};
