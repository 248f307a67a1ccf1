/** In DuckDB alone: a backslash keeps the next quote from ending `E'…'`, and `$$…$$` has no escapes. */
const DUCKDB_TEXT =
  /(?<!\w)(?:[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$))/;

/** A text or a comment of SQL: nothing in it names anything. */
export const PROSE = new RegExp(
  `${DUCKDB_TEXT.source}|${/'(?:[^']|'')*(?:'|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/.source}`,
);

export const QUOTED_NAME = /"(?:[^"]|"")*(?:"|$)/;

/** A piece of SQL in which a semicolon ends nothing, or one that does. */
const PIECE = new RegExp(`${PROSE.source}|${QUOTED_NAME.source}|;|[^;'"]`, "g");

/** A statement, without white space around it. */
export interface Statement {
  text: string;
  /** Where it begins in the whole text; the first line is 1. */
  line: number;
}

/** @returns the statements that a semicolon ends, without it, and what follows the last */
export function splitStatements(text: string): {
  statements: Statement[];
  rest: Statement | undefined;
} {
  const statements: Statement[] = [];
  let line = 1;
  let pieces = "";
  const takeStatement = (): Statement | undefined => {
    const start = pieces.length - pieces.trimStart().length;
    const statement = { text: pieces.trim(), line: line + countBreaks(pieces.slice(0, start)) };
    line += countBreaks(pieces);
    pieces = "";
    return statement.text === "" ? undefined : statement;
  };
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece !== ";") pieces += piece;
    else {
      const statement = takeStatement();
      if (statement !== undefined) statements.push(statement);
    }
  }
  return { statements, rest: takeStatement() };
}

/** The first statement as a FROM can name it, each of its lines where it was. */
export function toSubquery(text: string): string {
  const { statements, rest } = splitStatements(text);
  const { text: statement, line } = statements[0] ?? rest ?? { text: "", line: 1 };
  return `(${"\n".repeat(line - 1)}${statement}\n)`;
}

function countBreaks(text: string): number {
  return text.split("\n").length - 1;
}
