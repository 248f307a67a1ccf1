import { isBuiltin } from "node:module";
import type { Plugin } from "esbuild";

const NAMESPACE = "node-builtin";

/**
 * Modules of Node's, of which a bundle takes what it imports and no more: an import of `node:http`
 * reads all that it exports, and so loads what Node's own fetch is made of; `node:process` and
 * `node:crypto` have such exports too. They are a fifth of a function's start.
 */
export const NODE_BUILTINS: Plugin = {
  name: "node-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z\d_:]+(?:\/[a-z]+)?$/ }, ({ path, kind }) =>
      isBuiltin(path) && (kind === "import-statement" || kind === "require-call")
        ? { path: toNodeName(path), namespace: NAMESPACE, suffix: `?${kind}`, pluginData: kind }
        : undefined,
    );
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ path, pluginData: kind }) => ({
      contents: nodeBuiltin(path, kind),
    }));
  },
};

/** With its prefix. */
export function toNodeName(name: string): string {
  return name.replace(/^(?:node:)?/, "node:");
}

/**
 * @param name - with its prefix
 * @returns what is in place of it
 */
export function nodeBuiltin(name: string, kind: "import-statement" | "require-call"): string {
  if (kind === "require-call") return `module.exports = process.getBuiltinModule("${name}");`;
  const names = Object.keys(process.getBuiltinModule(name) ?? {});
  const exported = names.map(
    // Not read when it is not imported.
    (each) => `export const ${each} = /* @__PURE__ */ (() => builtin.${each})();`,
  );
  return [
    `const builtin = process.getBuiltinModule("${name}");`,
    "export default builtin;",
    ...exported,
  ].join("\n");
}
