import { expect, it } from "vitest";
import { describeMissingTable } from "../../lib/local/missing-table.ts";

const missing = (name: string, suggestion: string) =>
  `Catalog Error: Table with name ${name} does not exist!\nDid you mean "${suggestion}"?`;

it("keeps what DuckDB suggests when it is a table of the archive", () => {
  const text = missing("audit_log", "audit_logs");
  expect(describeMissingTable(text)).toBe(text);
});

it("names the tables of the archive instead of DuckDB's, and what only Athena has", () => {
  expect(describeMissingTable(missing("address_contxt", "pg_description"))).toMatch(
    /^there is no table or view address_contxt here: there are audit_logs, .*; only Athena has address_context \(with detection\.addressTable\) and /,
  );
});

it("leaves other problems alone", () => {
  const text = 'Binder Error: Referenced column "actin" not found in FROM clause!';
  expect(describeMissingTable(text)).toBe(text);
});
