import { AUDIT_LOGS_COLUMNS } from "../sql/audit-logs-view.ts";

/** What matches a pattern in a column, one after the other: of JSON, the names of its fields. */
const MATCHES = /array_join\(regexp_extract_all\((\w+), '(?:[^']|'')*'\), ''\)/g;

/** Comments and texts, in which names are no names of columns. */
const PROSE = /--.*$|'(?:[^']|'')*'/gm;

/** A column of `audit_logs` for several statements: it, or what matches in it. */
export interface SharedColumn {
  name: string;
  expression: string;
  /** The column of `audit_logs` that the expression is over. */
  of: string;
}

/**
 * Columns of `audit_logs` that statements name. One of which they read nothing but what matches a
 * pattern is left out, with a column of the matches in its place: they are shorter, and are looked
 * for once, while lines are parsed.
 *
 * @param others - SQL whose columns are wanted, too, as they are
 * @returns the columns, and the statements over them
 */
export function toSharedColumns(
  statements: readonly string[],
  others: readonly string[],
): { columns: SharedColumn[]; statements: string[] } {
  const asTheyAre = namedIn([...statements.map((sql) => sql.replace(MATCHES, "")), ...others]);
  const columns = asTheyAre.map((name): SharedColumn => ({ name, expression: name, of: name }));
  const rewritten = statements.map((sql) =>
    sql.replace(MATCHES, (expression, of) => {
      if (asTheyAre.includes(of)) return expression;
      const known = columns.find((column) => column.expression === expression);
      const column = known ?? { name: `${of}_matches_${columns.length}`, expression, of };
      if (known === undefined) columns.push(column);
      return column.name;
    }),
  );
  return { columns, statements: rewritten };
}

/** The names that stand in statements, of those that there are. */
export function namedIn(
  statements: readonly string[],
  names: readonly string[] = AUDIT_LOGS_COLUMNS.map(({ name }) => name),
): string[] {
  const text = statements.join("\n").replace(PROSE, "");
  return names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}
