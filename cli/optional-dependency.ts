import packageJson from "../package.json" with { type: "json" };

/** Packages that only some commands need, and that an install may leave out. */
const OPTIONAL = [
  { name: "@duckdb/node-api", isPart: (name: string) => name === "@duckdb/node-api" },
  {
    name: "Observable Plot",
    isPart: (name: string) => name === "@observablehq/plot" || name === "linkedom",
  },
  { name: "the AWS SDK", isPart: (name: string) => /^@(aws-sdk|smithy)\//.test(name) },
];

/** By name; the published package lists the optional ones apart from the others. */
const VERSIONS: Readonly<Record<string, string>> = {
  ...(packageJson as { optionalDependencies?: Record<string, string> }).optionalDependencies,
  ...packageJson.dependencies,
};

/**
 * Which package has to be installed, and how, in one line.
 *
 * @param error - what an `import()` threw
 * @param command - what the user called, such as `query`
 * @returns undefined for any other error
 */
export function describeMissingDependency(error: unknown, command: string): string | undefined {
  const missing = missingPackage(error);
  const dependency = OPTIONAL.find(({ isPart }) => missing !== undefined && isPart(missing));
  if (dependency === undefined) return undefined;
  const packages = Object.entries(VERSIONS)
    .filter(([name]) => dependency.isPart(name))
    .map(([name, version]) => `${name}@${version}`);
  return `\`audit-lake ${command}\` needs ${dependency.name}: npm install ${packages.join(" ")}`;
}

/** @returns the name of the package that Node did not find */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) {
    return undefined;
  }
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  return name;
}
