import type { DuckDBConnection } from "@duckdb/node-api";
import { AUDIT_LOGS_VIEW } from "../sql/audit-logs-view.ts";
import type { Days } from "./lake-views.ts";
import { type Parsed, parseSql } from "./read-only-sql.ts";

/** A node of what DuckDB's parser makes of a statement. */
type Node = { [name: string]: unknown };

/**
 * Which of some actions each statement asks for, as its own conditions say.
 *
 * @param statements - what DuckDB's parser makes of them
 * @param days - to which they must restrict themselves
 * @param actions - a table with the column `action`
 * @returns nothing for one that may read entries of any action, or of other days
 */
export async function askedActions(
  connection: DuckDBConnection,
  statements: readonly Parsed[],
  days: Days,
  actions: string,
): Promise<(string[] | undefined)[]> {
  const conditions = statements.map((statement) => conditionsOf(statement, days));
  const chosen = await choose(
    connection,
    conditions.flatMap((ofOne) => ofOne ?? []),
    actions,
  );
  return conditions.map((ofOne) => {
    const asked = new Set(ofOne?.flatMap((condition) => chosen.get(condition) ?? []));
    // Entries without an action are in no list of actions.
    return ofOne === undefined || asked.has(null) ? undefined : ([...asked] as string[]);
  });
}

/**
 * The conditions on the action that a statement has, one for each time that it reads the entries.
 *
 * @returns nothing when it reads some without one, or of other days
 */
function conditionsOf(statement: Parsed, days: Days): Node[] | undefined {
  const nodes = nodesOf(statement);
  const reads = nodes.filter(isEntries);
  const selects = nodes.filter(readsEntries);
  if (selects.length === 0 || selects.length < reads.length) return undefined;
  const conditions: Node[] = [];
  for (const select of selects) {
    const all = conjunctsOf(select.where_clause);
    const children = all.filter(isAboutAction);
    if (children.length === 0 || !all.some((one) => isWithin(one, days))) return undefined;
    conditions.push({ class: "CONJUNCTION", type: "CONJUNCTION_AND", alias: "", children });
  }
  return conditions;
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
  return isEntries(table);
}

function isEntries({ type, table_name: table }: Node): boolean {
  return type === "BASE_TABLE" && String(table).toLowerCase() === AUDIT_LOGS_VIEW;
}

function conjunctsOf(condition: unknown): Node[] {
  const node = condition as Node | null;
  if (node === null) return [];
  return node.type === "CONJUNCTION_AND" ? (node.children as Node[]).flatMap(conjunctsOf) : [node];
}

/** Constants that are the same after they were read and written as JSON. */
const EXACT_TYPES = ["VARCHAR", "INTEGER", "BOOLEAN"];

function isExact({ class: kind, value, ...rest }: Node): boolean {
  const { type } = (value ?? {}) as { type?: { id?: string } };
  if (kind === "CONSTANT" && !EXACT_TYPES.includes(type?.id ?? "")) return false;
  // Of what has no place in the text, DuckDB says so with a number beyond JavaScript's.
  return Object.values(rest).every((one) => typeof one !== "number" || Number.isSafeInteger(one));
}

/** Whether a condition compares the action with constants, and nothing else. */
function isAboutAction(condition: Node): boolean {
  const nodes = nodesOf(condition);
  const columns = nodes.filter(({ class: kind }) => kind === "COLUMN_REF");
  return (
    columns.length > 0 &&
    columns.every((column) => isColumn(column, "action")) &&
    nodes.every(isExact) &&
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

/** @returns the actions that each condition lets through */
async function choose(
  connection: DuckDBConnection,
  conditions: readonly Node[],
  actions: string,
): Promise<Map<Node, (string | null)[]>> {
  const parsed = await parseSql(connection, `SELECT action FROM ${actions}`);
  const [statement] = parsed.statements as [{ node: { select_list: Node[] } }];
  statement.node.select_list.push(...conditions);
  const text = await connection.runAndReadAll("SELECT json_deserialize_sql($1::JSON)", [
    JSON.stringify(parsed),
  ]);
  const result = await connection.runAndReadAll(String(text.getRows()[0]?.[0]));
  const rows = result.getRows() as [string | null, ...(boolean | null)[]][];
  return new Map(
    conditions.map((condition, index) => [
      condition,
      rows.flatMap(([action, ...isChosen]) => (isChosen[index] ? [action] : [])),
    ]),
  );
}
