import { ARCHIVE_HOURS_VIEW } from "../sql/archive-hours-view.ts";
import { AUDIT_LOGS_COLUMNS } from "../sql/audit-logs-view.ts";
import { PROSE, QUOTED_NAME } from "../sql/split-statements.ts";

const COLUMNS = AUDIT_LOGS_COLUMNS.map(({ name }) => name);

/** What matches a pattern in a column, one after the other: of JSON, the names of its fields. */
const MATCHES = String.raw`\barray_join\(regexp_extract_all\((?<of>${COLUMNS.join("|")}), '(?:[^']|'')*'\), ''\)`;

/** A piece of SQL, so that what only looks like matches, in a text, is none. */
const PIECE = new RegExp(`${PROSE.source}|${QUOTED_NAME.source}|(?<matches>${MATCHES})`, "g");

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
  const besides = statements.map((sql) => (isOfEntries(sql) ? replaceMatches(sql, () => "") : sql));
  const asTheyAre = namedIn([...besides, ...others]);
  const columns = asTheyAre.map((name): SharedColumn => ({ name, expression: name, of: name }));
  const rewritten = statements.map((sql) =>
    replaceMatches(sql, (expression, of) => {
      if (asTheyAre.includes(of)) return expression;
      const known = columns.find((column) => column.expression === expression);
      const column = known ?? { name: `${of}_matches_${columns.length}`, expression, of };
      if (known === undefined) columns.push(column);
      return column.name;
    }),
  );
  return { columns, statements: rewritten };
}

/** The other table has columns of the same names. */
function isOfEntries(sql: string): boolean {
  return namedIn([sql], [ARCHIVE_HOURS_VIEW]).length === 0;
}

function replaceMatches(sql: string, replace: (matches: string, of: string) => string): string {
  return sql.replace(PIECE, (piece, ...rest) => {
    const { matches, of } = rest.at(-1) as { matches?: string; of: string };
    return matches === undefined ? piece : replace(matches, of);
  });
}

/** The names that stand in statements, of those that there are. */
export function namedIn(
  statements: readonly string[],
  names: readonly string[] = COLUMNS,
): string[] {
  const code = statements.map((sql) => sql.replace(NAME_OR_PROSE, "$<name> ")).join("\n");
  return names.filter((name) => new RegExp(`\\b${name}\\b`, "i").test(code));
}

const NAME_OR_PROSE = new RegExp(`(?<name>${QUOTED_NAME.source})|${PROSE.source}`, "g");
