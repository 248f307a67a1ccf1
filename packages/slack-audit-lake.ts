/** The package `slack-audit-lake`: the command, and the stack as a construct for other CDK apps. */
import { chmod, cp, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildFunctions } from "../functions/build.ts";
import root from "../package.json" with { type: "json" };
import { bundleCommand, OPTIONAL } from "./bundle-command.ts";
import { runCompiler } from "./run-compiler.ts";
import { createTarball } from "./tarball.ts";
import { bundledModules, thirdPartyNotices } from "./third-party-notices.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** What is packed. Files have the same places as in the repository, `.js` instead of `.ts`. */
const PACKAGE = join(ROOT, "dist/slack-audit-lake");
const FUNCTIONS = "dist/functions";
const QUERIES = "lib/sql/queries";
const COMMAND = "cli/audit-lake.js";

/**
 * Build the package.
 *
 * @param directory - absolute; exists, and gets the tarball
 * @returns the tarball's path
 * @throws {Error} when a module does not compile or imports what package.json does not name
 */
export async function packSlackAuditLake(directory: string, version: string): Promise<string> {
  await rm(PACKAGE, { recursive: true, force: true });
  await runCompiler(
    "slack-audit-lake",
    join(import.meta.dirname, "slack-audit-lake.tsconfig.json"),
  );
  const notices = await thirdPartyNotices([
    ...(await bundleCommand(join(ROOT, COMMAND), PACKAGE, "../lib/sql/saved-queries.js")),
    ...bundledModules(ROOT, await buildFunctions()),
  ]);
  await writeFile(join(PACKAGE, "THIRD-PARTY-NOTICES"), notices);
  for (const file of [QUERIES, FUNCTIONS, "README.md", "CHANGELOG.md", "LICENSE"]) {
    await cp(join(ROOT, file), join(PACKAGE, file), { recursive: true });
  }
  await chmod(join(PACKAGE, COMMAND), 0o755);
  const manifest = toManifest(version, await importedPackages());
  await writeFile(join(PACKAGE, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return createTarball(PACKAGE, directory);
}

/** @returns the names of all packages that the compiled modules import */
async function importedPackages(): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: [COMMAND, "infra/index.js", "lib/detect/index.js"],
    absWorkingDir: PACKAGE,
    outdir: ".",
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    metafile: true,
    write: false,
  });
  return new Set(
    Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external, path }) => external && !isBuiltin(path))
      .map(({ path }) => path.split("/", path.startsWith("@") ? 2 : 1).join("/")),
  );
}

/** The published package.json; docs/adr/0012-what-an-install-brings.md says why so. */
function toManifest(version: string, imported: ReadonlySet<string>) {
  const pinned: Record<string, string> = { ...root.devDependencies, ...root.dependencies };
  const dependencies: Record<string, string> = {};
  // A file of it is read, and no module imported.
  const countries = "@ip-location-db/geo-whois-asn-country-mmdb";
  const optionalDependencies: Record<string, string> = {
    [countries]: root.optionalDependencies[countries],
  };
  const peerDependencies: Record<string, string> = {};
  for (const name of [...imported].toSorted()) {
    const pin = pinned[name];
    if (pin === undefined) {
      throw new Error(`${name} is imported by the package, but package.json does not name it`);
    }
    if (name === "aws-cdk-lib" || name === "constructs") peerDependencies[name] = `^${pin}`;
    else if (OPTIONAL.includes(name.split("/")[0] ?? "")) optionalDependencies[name] = pin;
    else dependencies[name] = pin;
  }
  const { name, description, license, type, engines } = root;
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    // The first is what `npx slack-audit-lake` runs.
    bin: { "slack-audit-lake": COMMAND, "audit-lake": COMMAND },
    exports: {
      "./cdk": { types: "./infra/index.d.ts", default: "./infra/index.js" },
      "./rules": { types: "./lib/detect/index.d.ts", default: "./lib/detect/index.js" },
      "./package.json": "./package.json",
    },
    dependencies,
    optionalDependencies,
    peerDependencies,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(peerDependencies).map((peer) => [peer, { optional: true }]),
    ),
  };
}
