import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { runCompiler } from "./run-compiler.ts";
import { createTarball } from "./tarball.ts";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = join(ROOT, "lib/slack");

/** The oldest Node that the package runs on has these: they are what its code may use. */
const COMPILER_OPTIONS = {
  target: "es2022",
  lib: ["es2022"],
  module: "nodenext",
  types: ["node"],
  preserveSymlinks: true, // undici's types find the same types of Node
  rewriteRelativeImportExtensions: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: "src",
  outDir: "package/dist/esm",
};

/**
 * Build the client as a package of its own and pack it: ES modules, CommonJS,
 * and types for both, compiled against the oldest Node that it runs on.
 *
 * @param directory - absolute; exists, and gets the tarball
 * @param version - of the package, which its sources do not have
 * @returns the path of the tarball
 */
export async function packSlackAuditLogs(directory: string, version: string): Promise<string> {
  const stage = await mkdtemp(join(tmpdir(), "slack-audit-logs-"));
  try {
    await stageSources(stage, version);
    await compile(stage);
    await stageManifest(stage, version);
    return await createTarball(join(stage, "package"), directory);
  } finally {
    await rm(stage, { recursive: true });
  }
}

async function stageSources(stage: string, version: string): Promise<void> {
  await cp(SOURCES, join(stage, "src"), {
    recursive: true,
    filter: (path) => !/\.(?:json|md)$/.test(path),
  });
  await writeFile(
    join(stage, "src/version.ts"),
    `/** Version of the package. */\nexport const CLIENT_VERSION = ${JSON.stringify(version)};\n`,
  );
  await writeFile(join(stage, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(
    join(stage, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ["src/index.ts"] }),
  );
  await mkdir(join(stage, "node_modules/@types"), { recursive: true });
  for (const [name, target] of [
    ["@types/node", "@types/node-20"],
    ["undici", "undici"],
    ["undici-types", "undici-types"],
  ] as const) {
    await symlink(join(ROOT, "node_modules", target), join(stage, "node_modules", name));
  }
}

/**
 * One implementation, in CommonJS, and an ES module that hands it on: so an
 * error is an instance of its class whichever way the package was loaded.
 */
async function compile(stage: string): Promise<void> {
  const [esm, cjs] = [join(stage, "package/dist/esm"), join(stage, "package/dist/cjs")];
  await runCompiler("slack-audit-logs", stage);
  await keepPublicTypes(esm);
  await cp(esm, cjs, { recursive: true });
  // By this manifest the declarations beside it are CommonJS, too.
  await writeFile(join(cjs, "package.json"), '{ "type": "commonjs" }\n');
  const bundle = join(cjs, "index.js");
  await build({
    absWorkingDir: stage,
    entryPoints: ["src/index.ts"],
    outfile: bundle,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20.18",
    external: ["undici"],
    logLevel: "warning",
  });
  const names = Object.keys(createRequire(bundle)(bundle)).sort();
  await writeFile(
    join(esm, "index.js"),
    `export {\n${names.map((name) => `  ${name},\n`).join("")}} from "../cjs/index.js";\n`,
  );
}

/** Removes the declarations that the public ones do not refer to. */
async function keepPublicTypes(directory: string): Promise<void> {
  const reached = new Set<string>();
  const follow = async (path: string): Promise<void> => {
    if (reached.has(path)) {
      return;
    }
    reached.add(path);
    const text = await readFile(path, "utf8");
    for (const [, target = ""] of text.matchAll(/["'](\.{1,2}\/[^"']+)\.[jt]s["']/g)) {
      await follow(resolve(dirname(path), `${target}.d.ts`));
    }
  };
  await follow(join(directory, "index.d.ts"));
  for (const path of await readdir(directory, { recursive: true })) {
    if (path.endsWith(".d.ts") && !reached.has(join(directory, path))) {
      await rm(join(directory, path));
    }
  }
}

async function stageManifest(stage: string, version: string): Promise<void> {
  const { name, ...manifest } = JSON.parse(await readFile(join(SOURCES, "package.json"), "utf8"));
  await writeFile(
    join(stage, "package/package.json"),
    `${JSON.stringify({ name, version, ...manifest }, null, 2)}\n`,
  );
  await cp(join(SOURCES, "README.md"), join(stage, "package/README.md"));
  for (const file of ["LICENSE", "CHANGELOG.md"]) {
    await cp(join(ROOT, file), join(stage, "package", file));
  }
}
