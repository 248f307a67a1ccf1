import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type ImportedModule, importsOf } from "./imports.ts";
import { COMPUTED_IMPORTS, LAYERS, type Rule } from "./rules.ts";

/** Source files by path from the root, `/` between folders, with their text. */
export type Sources = ReadonlyMap<string, string>;

type Target =
  | { kind: "file"; name: string }
  /** `name` without what follows the package, e.g. `@aws-sdk/client-s3`. */
  | { kind: "package"; name: string }
  /** `name` without `node:` and without what follows, e.g. `fs` for `node:fs/promises`. */
  | { kind: "builtin"; name: string };

/** What each file imports. */
export type Imports = ReadonlyMap<string, ImportedModule[]>;

const RULES = LAYERS.flat();

export function importsIn(sources: Sources): Imports {
  return new Map([...sources].map(([path, text]) => [path, importsOf(path, text)]));
}

/** @returns one line an import that no rule allows, in the order of files and lines */
export function checkImports(imports: Imports): string[] {
  return [...imports].flatMap(([path, found]) => {
    const rule = ruleOf(path);
    if (rule === undefined) return [`${path} is in no folder of test/architecture/rules.ts`];
    return found.flatMap((imported) => violationsOf(path, rule, imported, imports));
  });
}

/** @returns `folder: allowance` for each single file, package and module of Node that nothing imports */
export function unusedAllowances(imports: Imports): string[] {
  const used = new Set<string>();
  for (const [path, found] of imports) {
    const rule = ruleOf(path);
    for (const { specifier } of found) {
      if (rule === undefined || specifier === undefined) continue;
      const target = targetOf(path, specifier);
      for (const reached of [target, ...reExportedBy(target, imports)]) {
        used.add(`${rule.folder}: ${allowanceFor(rule, reached)}`);
      }
    }
  }
  const folders = new Set(RULES.map(({ folder }) => folder));
  return RULES.flatMap(({ folder, may, packages = [], builtins = [] }) =>
    [...may.filter((entry) => !folders.has(entry)), ...packages, ...builtins]
      .filter((allowance) => allowance !== "*")
      .map((allowance) => `${folder}: ${allowance}`),
  ).filter((allowance) => !used.has(allowance));
}

/** The rule of the innermost folder that holds the file. */
function ruleOf(path: string): Rule | undefined {
  return RULES.filter(({ folder }) =>
    folder === "." ? !path.includes("/") : path === folder || path.startsWith(`${folder}/`),
  ).toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function violationsOf(
  path: string,
  rule: Rule,
  { specifier, syntax, line }: ImportedModule,
  imports: Imports,
): string[] {
  const where = `${path}:${line}`;
  if (specifier === undefined) {
    if (path in COMPUTED_IMPORTS) return [];
    return [`${where} computes what it imports (${syntax}): name it, so that it can be checked`];
  }
  const because = `${rule.folder} ${rule.why} (test/architecture/rules.ts)`;
  const target = targetOf(path, specifier);
  if (allowanceFor(rule, target) === undefined) {
    return [`${where} imports ${target.name} (${syntax}): ${because}`];
  }
  return reExportedBy(target, imports)
    .filter((reached) => allowanceFor(rule, reached) === undefined)
    .map(({ name }) => `${where} imports ${name} through ${target.name}: ${because}`);
}

function targetOf(path: string, specifier: string): Target {
  if (/^\.{1,2}(\/|$)/.test(specifier)) {
    return { kind: "file", name: posix.join(posix.dirname(path), specifier) };
  }
  if (specifier.startsWith("/")) return { kind: "file", name: specifier };
  const [first = "", second = ""] = specifier.replace(/^node:/, "").split("/");
  if (isBuiltin(specifier)) return { kind: "builtin", name: first };
  return { kind: "package", name: first.startsWith("@") ? `${first}/${second}` : first };
}

/** @returns the entry of the rule that allows it; for a file of its own folder, that folder */
function allowanceFor(rule: Rule, { kind, name }: Target): string | undefined {
  if (kind === "file") {
    const owner = ruleOf(name)?.folder;
    if (owner === rule.folder) return owner;
    return rule.may.find((allowed) => allowed === owner || allowed === name);
  }
  const allowed = kind === "package" ? rule.packages : rule.builtins;
  return allowed?.find((entry) =>
    entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry,
  );
}

/** What comes with a module because it exports it again, however long the chain is. */
function reExportedBy(target: Target, imports: Imports, seen = new Set<string>()): Target[] {
  if (target.kind !== "file" || seen.has(target.name)) return [];
  seen.add(target.name);
  return (imports.get(target.name) ?? [])
    .filter(({ isReExport }) => isReExport)
    .flatMap(({ specifier = "" }) => {
      const reached = targetOf(target.name, specifier);
      return [reached, ...reExportedBy(reached, imports, seen)];
    });
}

/** Every file that a file imports, directly or through others. */
export function filesReachedFrom(path: string, imports: Imports, seen = new Set<string>()) {
  for (const { specifier } of imports.get(path) ?? []) {
    if (specifier === undefined) continue;
    const { kind, name } = targetOf(path, specifier);
    if (kind !== "file" || seen.has(name)) continue;
    seen.add(name);
    filesReachedFrom(name, imports, seen);
  }
  return seen;
}
