import { hourPrefix, type ObjectName, PREFIXES } from "../archive/object-key.ts";
import { athenaView, selectList, type ViewColumn } from "./athena-view.ts";
import { type GlueTableInput, LINE_COLUMN, PARTITION_COLUMNS, type TextTable } from "./table.ts";

/** What was known of each address on each day on which it was in entries, one row each. */
export const ADDRESS_CONTEXT_VIEW = "address_context";

/** What the function that detects knew of addresses: JSON, one a line, and some of them several times. */
export const ADDRESS_LINES: TextTable = {
  name: "address_lines",
  description: "What was known of addresses, one a line; query the view address_context instead",
  prefix: "address_context/",
  column: { ...LINE_COLUMN, comment: "What was known of an address, JSON" },
  partitions: PARTITION_COLUMNS.filter(({ name }) => name !== "hour"),
};

/** A line of {@link ADDRESS_LINES}. */
export interface AddressLine {
  address: string;
  country?: string;
  network?: string;
  is_known_network?: boolean;
}

/** Where the addresses of an object are kept: of one object, always in the same place. */
export function addressLinesKey({ source, minDateCreate, hash }: ObjectName): string {
  const [day = ""] = hourPrefix(source, minDateCreate)
    .slice(PREFIXES.auditLogs.length)
    .split("hour=");
  return `${ADDRESS_LINES.prefix}${day}${minDateCreate}-${hash}.json`;
}

const COLUMNS: readonly ViewColumn[] = [
  {
    name: "address",
    type: "varchar",
    expression: "json_extract_scalar(line, '$.address')",
    comment: "As Slack sent it; the ip_address of audit_logs",
  },
  {
    name: "country",
    type: "varchar",
    expression: "max(json_extract_scalar(line, '$.country'))",
    comment: "Two letters, ISO 3166-1; NULL when no file said so",
  },
  {
    name: "network",
    type: "varchar",
    expression: "max(json_extract_scalar(line, '$.network'))",
    comment: "Name of a network of one's own, else number and name of whose network it is",
  },
  {
    name: "is_known_network",
    type: "boolean",
    expression: "CAST(max(json_extract_scalar(line, '$.is_known_network')) AS boolean)",
    comment: "Whether it is a network of one's own; NULL when none were given",
  },
  {
    name: "source",
    type: "varchar",
    expression: "source",
    comment: "The Slack organization, as the configuration names it",
  },
  { name: "dt", type: "varchar", expression: "dt", comment: "Day of the entries, UTC, YYYY-MM-DD" },
];

/** The same on Athena and DuckDB. */
export const ADDRESS_CONTEXT_SQL = `SELECT
${selectList(COLUMNS)}
FROM ${ADDRESS_LINES.name}
GROUP BY json_extract_scalar(line, '$.address'), source, dt`;

/** @param database - the Glue database in which the view and its table stand */
export function addressContextView(database: string): GlueTableInput {
  return athenaView(
    { name: ADDRESS_CONTEXT_VIEW, columns: COLUMNS, sql: ADDRESS_CONTEXT_SQL },
    database,
  );
}
