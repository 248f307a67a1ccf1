/** A piece of SQL in which a semicolon ends nothing, or one that does. */
const PIECE = /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|[^;'"]/g;

/** @returns the statements that a semicolon ends, without it, and what follows the last */
export function splitStatements(text: string): { statements: string[]; rest: string } {
  const statements: string[] = [];
  let statement = "";
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece !== ";") statement += piece;
    else {
      if (statement.trim() !== "") statements.push(statement.trim());
      statement = "";
    }
  }
  return { statements, rest: statement.trim() === "" ? "" : statement };
}
