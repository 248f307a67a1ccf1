import { PARTITION_KEYS, PREFIXES } from "../archive/object-key.ts";

/** One row a stored line; the view `audit_logs` stands on it. */
export const LINES_TABLE = "audit_log_lines";

/** One row an entry of a sealed day, its fields in columns; the view `audit_logs` stands on it, too. */
export const COMPACT_TABLE = "audit_logs_columns";

/** One row a manifest of a sealed day; the view `archive_hours` stands on it. */
export const MANIFESTS_TABLE = "manifest_lines";

/** One row an alert; the view `alerts` stands on it. */
export const ALERTS_TABLE = "alert_lines";

/**
 * A column as each side names its type: Glue in Hive's words, Athena's engine
 * in Trino's. Both lists of a table are made from these, so they cannot differ.
 */
export interface Column {
  name: string;
  type: ColumnType;
  comment: string;
}

/** Trino's name for the type. */
export type ColumnType = keyof typeof GLUE_TYPES;

/** Glue has neither a JSON type nor a timestamp with a time zone: no column can be one. */
const GLUE_TYPES = {
  varchar: "string",
  bigint: "bigint",
  integer: "int",
  boolean: "boolean",
  "timestamp(3)": "timestamp",
} as const;

/** As `AWS::Glue::Table` takes it. */
export interface GlueColumn {
  name: string;
  type: string;
  comment: string;
}

/** As `AWS::Glue::Table` takes it: the part that the table and the view use. */
export interface GlueTableInput {
  name: string;
  description: string;
  tableType: "EXTERNAL_TABLE" | "VIRTUAL_VIEW";
  parameters: Record<string, string>;
  partitionKeys?: GlueColumn[];
  viewOriginalText?: string;
  viewExpandedText?: string;
  storageDescriptor: {
    columns: GlueColumn[];
    location?: string;
    inputFormat?: string;
    outputFormat?: string;
    serdeInfo: {
      name?: string;
      serializationLibrary: string;
      parameters?: Record<string, string>;
    };
  };
}

export const LINE_COLUMN: Column = {
  name: "line",
  type: "varchar",
  comment: "The entry as Slack sent it, JSON",
};

const PARTITION_COLUMN: Record<(typeof PARTITION_KEYS)[number], Omit<Column, "name">> = {
  source: { type: "varchar", comment: "The Slack organization, as the configuration names it" },
  dt: { type: "varchar", comment: "Day of the event, UTC, YYYY-MM-DD" },
  hour: { type: "integer", comment: "Hour of the event, UTC, 0 to 23" },
};

/** Where a line stands in the archive, in the order of the path. */
export const PARTITION_COLUMNS: readonly Column[] = PARTITION_KEYS.map((name) => ({
  name,
  ...PARTITION_COLUMN[name],
}));

/** A manifest as a row. */
const MANIFEST_COLUMN: Column = { ...LINE_COLUMN, comment: "The manifest, JSON" };

/** What the objects under a prefix hold, one a line. */
export interface TextTable {
  name: string;
  description: string;
  prefix: string;
  column: Column;
  /** The folders between the prefix and the objects, in order. */
  partitions: readonly Column[];
}

/** The entries as they are stored. */
export const AUDIT_LOG_LINES: TextTable = {
  name: LINES_TABLE,
  description: "Slack audit log entries, one a line; query the view audit_logs instead",
  prefix: PREFIXES.auditLogs,
  column: LINE_COLUMN,
  partitions: PARTITION_COLUMNS,
};

/** The manifests of sealed days: each is one line of JSON. */
export const MANIFEST_LINES: TextTable = {
  name: MANIFESTS_TABLE,
  description: "Manifests of sealed days, one a line; query the view archive_hours instead",
  prefix: PREFIXES.manifests,
  column: MANIFEST_COLUMN,
  partitions: PARTITION_COLUMNS.filter(({ name }) => name === "source"),
};

/** The log of alerts: each is one line of JSON. */
export const ALERT_LINES: TextTable = {
  name: ALERTS_TABLE,
  description: "Alerts of the detection, one a line; query the view alerts instead",
  prefix: PREFIXES.alerts,
  column: { ...LINE_COLUMN, comment: "The alert, JSON" },
  partitions: PARTITION_COLUMNS.filter(({ name }) => name !== "hour"),
};

/** What stands in the bucket. */
interface TextTableProps {
  /** A name, or a token of the stack that stands for one. */
  bucketName: string;
  /** Names of the organizations, at least one. */
  sources: readonly string[];
  /** The first day that the archive will ever hold, UTC, `YYYY-MM-DD`. */
  archiveStartsOn: string;
}

/**
 * A table over objects: one text column, partitions computed from the path
 * instead of registered.
 *
 * The text SerDe's field delimiter is Ctrl-A, which JSON cannot hold unescaped,
 * so that a line is one field whatever it says.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export function athenaTable(
  { name, description, prefix, column, partitions }: TextTable,
  props: TextTableProps,
): GlueTableInput {
  const location = `s3://${props.bucketName}/${prefix}`;
  const folders = partitions.map((partition) => `${partition.name}=\${${partition.name}}/`);
  return {
    name,
    description,
    tableType: "EXTERNAL_TABLE",
    parameters: {
      EXTERNAL: "TRUE",
      ...projectionParameters(partitions, props),
      "storage.location.template": `${location}${folders.join("")}`,
    },
    partitionKeys: partitions.map(toGlueColumn),
    storageDescriptor: {
      columns: [toGlueColumn(column)],
      location,
      inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
      serdeInfo: {
        serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        parameters: { "serialization.format": "1", "field.delim": "\u0001" },
      },
    },
  };
}

function projectionParameters(
  partitions: readonly Column[],
  { sources, archiveStartsOn }: TextTableProps,
): Record<string, string> {
  const projections: Record<string, Record<string, string>> = {
    source: { type: "enum", values: sources.join(",") },
    dt: {
      type: "date",
      format: "yyyy-MM-dd",
      range: `${archiveStartsOn},NOW`,
      interval: "1",
      "interval.unit": "DAYS",
    },
    hour: { type: "integer", range: "0,23", digits: "2" },
  };
  return {
    "projection.enabled": "true",
    ...Object.fromEntries(
      partitions.flatMap(({ name }) =>
        Object.entries(projections[name] ?? {}).map(([key, value]) => [
          `projection.${name}.${key}`,
          value,
        ]),
      ),
    ),
  };
}

export function toGlueColumn({ name, type, comment }: Column): GlueColumn {
  return { name, type: GLUE_TYPES[type], comment };
}
