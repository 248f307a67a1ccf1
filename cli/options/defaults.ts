import { existsSync, readFileSync } from "node:fs";
import { SOURCE_NAME } from "../../lib/archive/object-key.ts";
import { UsageError } from "../errors.ts";

/** In the working directory: `{ "archive": "/srv/audit", "source": "acme" }`, each of them optional. */
const FILE = "audit-lake.json";

const VARIABLES = { archive: "AUDIT_LAKE_ARCHIVE", source: "AUDIT_LAKE_SOURCE" } as const;

type Setting = keyof typeof VARIABLES;

/**
 * What an option is when it is not given: the environment first, then the file.
 *
 * @returns undefined when neither says
 * @throws {UsageError} when the file, or a value, cannot be used
 */
export function defaultOf(setting: Setting): string | undefined {
  const variable = VARIABLES[setting];
  const fromEnvironment = process.env[variable];
  return fromEnvironment ? check(setting, fromEnvironment, variable) : readDefaultsFile()[setting];
}

function readDefaultsFile(): Partial<Record<Setting, string>> {
  if (!existsSync(FILE)) return {};
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(FILE, "utf8"));
  } catch (cause) {
    throw new UsageError(`cannot read ${FILE}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw new UsageError(`${FILE} must hold an object, such as {"archive": "/srv/audit"}`);
  }
  const { archive, source, ...others } = settings as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new UsageError(
      `${FILE} has an unknown setting "${unknown}"; it takes archive and source`,
    );
  }
  return {
    ...(archive === undefined ? {} : { archive: check("archive", archive, FILE) }),
    ...(source === undefined ? {} : { source: check("source", source, FILE) }),
  };
}

function check(setting: Setting, value: unknown, place: string): string {
  if (typeof value !== "string" || value === "") {
    throw new UsageError(`${setting} in ${place} must be a text`);
  }
  if (setting === "source" && !SOURCE_NAME.test(value)) {
    throw new UsageError(
      `"${value}" in ${place} is no name of a source: use lower-case letters, digits and hyphens, at most 63`,
    );
  }
  return value;
}
