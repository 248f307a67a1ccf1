import { expect, it } from "vitest";
import { splitStatements } from "../../lib/sql/split-statements.ts";

it.each([
  ["SELECT 1; SELECT 2;\n", ["SELECT 1", "SELECT 2"], ""],
  ["SELECT ';' AS \"a;b\"; SELECT", ["SELECT ';' AS \"a;b\""], " SELECT"],
  ["SELECT 'it''s;';", ["SELECT 'it''s;'"], ""],
  ["-- one; two\nSELECT 1 /* ; */ + 2;", ["-- one; two\nSELECT 1 /* ; */ + 2"], ""],
  [";;", [], ""],
  ["SELECT 'open;", [], "SELECT 'open;"],
  ["SELECT 4 - 1 / 2", [], "SELECT 4 - 1 / 2"],
])("splits %j", (text, statements, rest) => {
  expect(splitStatements(text)).toEqual({ statements, rest });
});
