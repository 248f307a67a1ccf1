import { expect, it } from "vitest";
import { splitStatements, toSubquery } from "../../lib/sql/split-statements.ts";

it.each([
  ["SELECT 1; SELECT 2;\n", ["SELECT 1", "SELECT 2"], ""],
  ["SELECT ';' AS \"a;b\"; SELECT", ["SELECT ';' AS \"a;b\""], "SELECT"],
  ["SELECT 'it''s;';", ["SELECT 'it''s;'"], ""],
  ["-- one; two\nSELECT 1 /* ; */ + 2;", ["-- one; two\nSELECT 1 /* ; */ + 2"], ""],
  [";;", [], ""],
  ["SELECT 'open;", [], "SELECT 'open;"],
  [String.raw`SELECT E'it\'s; x'; e'\\';`, [String.raw`SELECT E'it\'s; x'`, String.raw`e'\\'`], ""],
  ["SELECT 'a' LIKE'%\\'; SELECT 1;", ["SELECT 'a' LIKE'%\\'", "SELECT 1"], ""],
  ["SELECT $$it's; $t$ a$$; $t$ ; $$ $t$;", ["SELECT $$it's; $t$ a$$", "$t$ ; $$ $t$"], ""],
  ["SELECT $1; SELECT a$b$c; SELECT $$open;", ["SELECT $1", "SELECT a$b$c"], "SELECT $$open;"],
  ["SELECT 4 - 1 / 2", [], "SELECT 4 - 1 / 2"],
])("splits %j", (text, statements, rest) => {
  const split = splitStatements(text);
  expect(split.statements.map(({ text }) => text)).toEqual(statements);
  expect(split.rest?.text ?? "").toBe(rest);
});

it("knows the line in which each begins", () => {
  const { statements, rest } = splitStatements("\n-- one;\nSELECT 1;\n\n  SELECT 2; SELECT\n3;\n4");
  expect(statements.map(({ line }) => line)).toEqual([2, 5, 5]);
  expect(rest).toEqual({ text: "4", line: 7 });
});

it("puts the first statement into parentheses, in the line in which it was", () => {
  expect(toSubquery("\n SELECT 1; -- one")).toBe("(\nSELECT 1\n)");
  expect(toSubquery("SELECT 1 -- one")).toBe("(SELECT 1 -- one\n)");
});
