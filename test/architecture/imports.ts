import { parseSync, Visitor } from "oxc-parser";

/** One place where a file names another module, in whatever syntax. */
export interface ImportedModule {
  /** What is written, e.g. `../archive/archive.ts`; undefined where it is computed. */
  specifier: string | undefined;
  syntax: string;
  /** From 1. */
  line: number;
  /** Whoever imports this file gets that module too. */
  isReExport: boolean;
}

/** Files that `new URL` can lead to and that hold code or data to import. */
const MODULE_FILE = /\.([cm]?[jt]sx?|json|node|wasm)$/;

const REFERENCE = /^\/\s*<reference\s+(?:path|types)="([^"]+)"/;

/**
 * Every module that a file names: static and dynamic imports, types, re-exports, `require` under
 * any name, `new URL(…, import.meta.url)` and `import.meta.resolve`.
 * @throws SyntaxError when the file cannot be parsed
 */
export function importsOf(path: string, text: string): ImportedModule[] {
  const { program, comments, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new SyntaxError(`${path}: ${errors[0].message}`);

  const found: (ImportedModule & { start: number })[] = [];
  const add = (
    node: { start: number },
    syntax: string,
    specifier: string | undefined,
    isReExport = false,
  ) => {
    const line = text.slice(0, node.start).split("\n").length;
    found.push({ specifier, syntax, line, isReExport, start: node.start });
  };

  /** Local names of imports, for `import { a } from …; export { a }`. */
  const importedAs = new Map<string, string>();
  const requires = new Set(["require"]);
  const calls: CallExpression[] = [];

  new Visitor({
    ImportDeclaration(node) {
      const syntax = node.importKind === "type" ? "import type" : "import";
      add(node, syntax, node.source.value);
      for (const { local } of node.specifiers) importedAs.set(local.name, node.source.value);
    },
    ImportExpression(node) {
      add(node, "import()", textOf(node.source));
    },
    TSImportType(node) {
      add(node, "import type", node.source.value);
    },
    TSImportEqualsDeclaration(node) {
      if (node.moduleReference.type !== "TSExternalModuleReference") return;
      add(node, "import = require", node.moduleReference.expression.value);
      importedAs.set(node.id.name, node.moduleReference.expression.value);
    },
    ExportAllDeclaration(node) {
      add(node, "export from", node.source.value, true);
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) add(node, "export from", node.source.value, true);
    },
    TSModuleDeclaration(node) {
      if (node.id.type === "Literal") add(node, "declare module", node.id.value);
    },
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && isCallOf(init, "createRequire")) requires.add(id.name);
    },
    CallExpression(node) {
      calls.push(node);
    },
    NewExpression(node) {
      if (node.callee.type !== "Identifier" || node.callee.name !== "URL") return;
      const [target, base] = node.arguments;
      const specifier = textOf(target);
      if (!isImportMeta(base) || specifier === undefined || !MODULE_FILE.test(specifier)) return;
      add(node, "new URL", specifier.startsWith(".") ? specifier : `./${specifier}`);
    },
  }).visit(program);

  // Names come after their uses where functions are hoisted: hence in a second round.
  for (const node of calls) {
    if (isRequire(node.callee, requires)) add(node, "require", textOf(node.arguments[0]));
  }
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") {
      const { declaration } = statement;
      const specifier =
        declaration.type === "Identifier" ? importedAs.get(declaration.name) : undefined;
      if (specifier !== undefined) add(statement, "export of an import", specifier, true);
    } else if (statement.type === "ExportNamedDeclaration" && statement.source === null) {
      for (const { local } of statement.specifiers) {
        const specifier = local.type === "Identifier" ? importedAs.get(local.name) : undefined;
        if (specifier !== undefined) add(statement, "export of an import", specifier, true);
      }
    }
  }
  for (const comment of comments) {
    const specifier = comment.type === "Line" ? REFERENCE.exec(comment.value)?.[1] : undefined;
    if (specifier !== undefined) add(comment, "reference", specifier);
  }
  return found
    .sort((a, b) => a.start - b.start)
    .map(({ specifier, syntax, line, isReExport }) => ({ specifier, syntax, line, isReExport }));
}

type Nodes = Parameters<NonNullable<ConstructorParameters<typeof Visitor>[0]["CallExpression"]>>[0];
type CallExpression = Nodes;
type Expression = CallExpression["callee"];

/** The text of a literal, or of a template without gaps. */
function textOf(node: CallExpression["arguments"][number] | undefined): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined;
  }
  return undefined;
}

/** `require`, `require.resolve`, `module.require`, `createRequire(…)` and what it was given to, `import.meta.resolve`. */
function isRequire(callee: Expression, requires: Set<string>): boolean {
  if (callee.type === "Identifier") return requires.has(callee.name);
  if (isCallOf(callee, "createRequire")) return true;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
  const { object, property } = callee;
  if (property.name === "require" || property.name === "getBuiltinModule") return true;
  if (property.name !== "resolve") return false;
  return object.type === "MetaProperty" || (object.type !== "Super" && isRequire(object, requires));
}

function isCallOf(node: Expression | null, name: string): boolean {
  if (node?.type !== "CallExpression") return false;
  const { callee } = node;
  if (callee.type === "Identifier") return callee.name === name;
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    callee.property.name === name
  );
}

/** `import.meta.url`, `import.meta.filename`. */
function isImportMeta(node: CallExpression["arguments"][number] | undefined): boolean {
  return node?.type === "MemberExpression" && node.object.type === "MetaProperty";
}
