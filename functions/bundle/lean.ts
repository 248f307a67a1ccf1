import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { type DecisionDiagram, reducedEndpoints, SDK_ENDPOINTS } from "./endpoints.ts";

const HERE = import.meta.dirname;

/** An AWS schema that is not used stays in a bundle only because of its computed keys. */
const SCHEMA = /^export var ([\w$]+) = (\[[\s\S]*?\]);$/gm;

/** A source map with nothing in it: where a dependency's code comes from, its names say well enough. */
const NO_MAP = [
  "\n//# sourceMappingURL",
  `data:application/json;base64,${btoa('{"version":3,"sources":[""],"mappings":"AAAA"}')}`,
].join("=");

/** Modules that a function has no use for, or files of theirs, and what stands in for them. */
const NOT_IN_LAMBDA = {
  "aws-sdk-in-lambda.js": [
    /^@aws-sdk\/credential-provider-node$/,
    /^@aws-sdk\/middleware-endpoint-discovery$/,
    /\/(?:fromSharedConfigFiles|getInstanceMetadataRegion|S3ExpressIdentityProviderImpl)$/,
    /\/(?:SignatureV4MultiRegion|XmlShapeSerializer|AdaptiveRetryStrategy|HeaderFormatter)$/,
    /\/(?:Sha256|Sha1|Md5|Crc32)Js$/,
    /\/(?:sdk-stream-mixin|createChecksumStream|getAwsChunkedEncodingStream|stream-collector)\.browser$/,
  ],
  "event-streams-absent.js": [/^@smithy\/core\/event-streams$/],
  "undici-absent.js": [/^undici$/],
};

/** Bundles without what nobody calls (docs/adr/0026-close-to-the-floor.md). */
export const LEAN: Plugin = {
  name: "lean",
  setup({ onResolve, onLoad }) {
    for (const [file, filters] of Object.entries(NOT_IN_LAMBDA)) {
      for (const filter of filters) onResolve({ filter }, () => ({ path: join(HERE, file) }));
    }
    // Of a client's own package, its version is all that is used.
    onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
    // Of a region, no decision asks for its description.
    onLoad({ filter: /\/lib\/aws\/partitions\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll(/"description": "[^"]*"/g, ""),
    }));
    for (const service of Object.keys(SDK_ENDPOINTS) as (keyof typeof SDK_ENDPOINTS)[]) {
      const filter = RegExp(`@aws-sdk/client-${service}/dist-es/endpoint/bdd\\.js$`);
      onLoad({ filter }, () => ({ contents: toModule(reducedEndpoints(service)) }));
    }
    onLoad({ filter: /@aws-sdk\/[\w-]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replace(SCHEMA, "export var $1 = /* @__PURE__ */ (() => $2)();") };
    });
    // The first that matches a file is asked: this one last.
    onLoad({ filter: /\/node_modules\/.*\.m?js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")) + NO_MAP,
    }));
  },
};

function toModule({ nodes, root, conditions, results }: DecisionDiagram): string {
  const [list, ...data] = [Array.from(nodes), root, conditions, results].map((part) =>
    JSON.stringify(part),
  );
  return `import { BinaryDecisionDiagram } from "@smithy/core/endpoints";
export const bdd = BinaryDecisionDiagram.from(Int32Array.from(${list}), ${data.join(", ")});`;
}
