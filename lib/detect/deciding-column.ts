import type { AuditLogEntry } from "../slack/types.ts";
import type { AskedColumn } from "./ports.ts";

/** The one field that decides whether a rule matches, as a column of `audit_logs`. */
export interface DecidingColumn extends AskedColumn {
  /** An entry that has this field alone. */
  entryWith(value: string | null): AuditLogEntry;
}

export const CLIENT = deciding({ column: "user_agent" }, "context", "ua");

export const IP_ADDRESS = deciding({ column: "ip_address" }, "context", "ip_address");

export const FILE_NAME = deciding(
  { column: "entity_name", unsure: "entity_type IS DISTINCT FROM 'file'" },
  "entity",
  "file",
  "name",
);

function deciding(column: AskedColumn, ...path: string[]): DecidingColumn {
  return {
    ...column,
    entryWith: (value) => {
      const entry = value === null ? {} : path.reduceRight<unknown>(inObject, value);
      return entry as AuditLogEntry;
    },
  };
}

function inObject(value: unknown, name: string): unknown {
  return { [name]: value };
}
