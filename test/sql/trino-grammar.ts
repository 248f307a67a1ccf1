import { TrinoSQL } from "dt-sql-parser/dist/parser/trino/index.js";

/**
 * Problems of a statement by Trino's own grammar, one line each; none when it is right.
 *
 * DuckDB takes more than Trino does: what runs in these tests need not run on Athena.
 */
export function trinoProblems(sql: string): string[] {
  return new TrinoSQL()
    .validate(`${sql};`)
    .map(({ startLine, message }) => `line ${startLine}: ${message}`);
}

/** Names right before an opening bracket; keywords are in capitals here. */
export function functionsIn(sql: string): string[] {
  const code = sql.replace(/--.*$/gm, "").replace(/'(?:[^']|'')*'/g, "''");
  return [...code.matchAll(/\b([a-z_]\w*)\(/g)].map(([, name = ""]) => name);
}
