import type { DuckDBConnection } from "@duckdb/node-api";
import { AUDIT_LOGS_VIEW } from "../sql/audit-logs-view.ts";
import type { Days } from "./lake-views.ts";
import { parseSql } from "./read-only-sql.ts";

/** A node of what DuckDB's parser makes of a statement. */
type Node = { [name: string]: unknown };

/**
 * Which of some actions a statement asks for, as its own conditions say.
 *
 * @param days - to which it must restrict itself
 * @param actions - a table with the one column `action`
 * @returns nothing when it may read entries of any action, or of other days
 */
export async function askedActions(
  connection: DuckDBConnection,
  sql: string,
  days: Days,
  actions: string,
): Promise<string[] | undefined> {
  const statement = await parseSql(connection, sql);
  const reads = nodesOf(statement).filter(
    ({ type, table_name: table }) => type === "BASE_TABLE" && table === AUDIT_LOGS_VIEW,
  );
  const selects = nodesOf(statement).filter(readsEntries);
  if (selects.length === 0 || selects.length < reads.length) return undefined;
  const asked = new Set<string>();
  for (const select of selects) {
    const conditions = conjunctsOf(select.where_clause);
    const ofActions = conditions.filter(isAboutAction);
    if (ofActions.length === 0 || !conditions.some((one) => isWithin(one, days))) return undefined;
    for (const action of await choose(connection, ofActions, actions)) {
      if (action === null) return undefined; // Entries without an action are in no list of actions.
      asked.add(action);
    }
  }
  return [...asked];
}

/** All objects in a value, itself included. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesOf)];
}

/** A SELECT from the entries, alone or with their lists unfolded: its WHERE says which of them count. */
function readsEntries({ type, from_table: from }: Node): boolean {
  if (type !== "SELECT_NODE") return false;
  let table = from as Node;
  while (table.type === "JOIN" && table.ref_type === "CROSS") table = table.left as Node;
  return table.type === "BASE_TABLE" && table.table_name === AUDIT_LOGS_VIEW;
}

function conjunctsOf(condition: unknown): Node[] {
  const node = condition as Node | null;
  if (node === null) return [];
  return node.type === "CONJUNCTION_AND" ? (node.children as Node[]).flatMap(conjunctsOf) : [node];
}

/** Whether a condition compares the action with constants, and nothing else. */
function isAboutAction(condition: Node): boolean {
  const nodes = nodesOf(condition);
  const columns = nodes.filter(({ class: kind }) => kind === "COLUMN_REF");
  return (
    columns.length > 0 &&
    columns.every((column) => isColumn(column, "action")) &&
    !nodes.some(({ class: kind }) => kind === "SUBQUERY" || kind === "WINDOW")
  );
}

function isWithin({ type, input, lower, upper }: Node, { from, to }: Days): boolean {
  if (type !== "COMPARE_BETWEEN" || !isColumn(input as Node, "dt")) return false;
  const [first, last] = [constantOf(lower), constantOf(upper)];
  return first !== undefined && last !== undefined && first >= from && last <= to;
}

function isColumn({ class: kind, column_names: names }: Node, name: string): boolean {
  return (
    kind === "COLUMN_REF" && (names as string[]).length === 1 && (names as string[])[0] === name
  );
}

function constantOf(node: unknown): string | undefined {
  const { value } = node as { value?: { value?: unknown } };
  return typeof value?.value === "string" ? value.value : undefined;
}

async function choose(
  connection: DuckDBConnection,
  conditions: readonly Node[],
  actions: string,
): Promise<(string | null)[]> {
  const parsed = await parseSql(connection, `SELECT action FROM ${actions} WHERE true`);
  const [statement] = parsed.statements as [{ node: Node }];
  statement.node.where_clause = {
    class: "CONJUNCTION",
    type: "CONJUNCTION_AND",
    alias: "",
    children: conditions,
  };
  const text = await connection.runAndReadAll("SELECT json_deserialize_sql($1::JSON)", [
    JSON.stringify(parsed),
  ]);
  const rows = await connection.runAndReadAll(String(text.getRows()[0]?.[0]));
  return rows.getRows().map(([action]) => action as string | null);
}
