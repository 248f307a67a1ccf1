import { CLASSES, type ClassName, type SchemaVersion } from "../ocsf/classes.ts";
import { type ColumnType, columnsOf } from "../ocsf/columns.ts";
import type { GlueTableInput } from "./table.ts";

/** Where the events of a class are; a token of the stack may stand for any of these. */
interface EventTableProps {
  bucketName: string;
  /** Of the class's events: `ext/<source>/<version>/`. */
  location: string;
  version: SchemaVersion;
  region: string;
  accountId: string;
  /** The first day that the archive will ever hold, UTC, `YYYY-MM-DD`. */
  archiveStartsOn: string;
}

/** A table over the events of one class, its partitions computed from the path instead of registered. */
export function eventTable(className: ClassName, props: EventTableProps): GlueTableInput {
  const location = `s3://${props.bucketName}/${props.location}`;
  return {
    name: `ocsf_${className}`,
    description: `${CLASSES[className].caption}: events of OCSF ${props.version}`,
    tableType: "EXTERNAL_TABLE",
    parameters: {
      EXTERNAL: "TRUE",
      classification: "parquet",
      "projection.enabled": "true",
      "projection.region.type": "enum",
      "projection.region.values": props.region,
      "projection.accountid.type": "enum",
      "projection.accountid.values": props.accountId,
      "projection.eventday.type": "date",
      "projection.eventday.format": "yyyyMMdd",
      "projection.eventday.range": `${props.archiveStartsOn.replaceAll("-", "")},NOW`,
      "projection.eventday.interval": "1",
      "projection.eventday.interval.unit": "DAYS",
      "storage.location.template": `${location}region=\${region}/accountId=\${accountid}/eventDay=\${eventday}/`,
    },
    partitionKeys: ["region", "accountid", "eventday"].map((name) => ({
      name,
      type: "string",
      comment: "Of the path",
    })),
    storageDescriptor: {
      columns: Object.entries(columnsOf(className)).map(([name, type]) => ({
        name,
        type: glueType(type),
        comment: "",
      })),
      location,
      inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
      serdeInfo: {
        serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        parameters: { "serialization.format": "1" },
      },
    },
  };
}

const GLUE_TYPES = {
  string: "string",
  unique: "string",
  json: "string",
  integer: "int",
  long: "bigint",
  boolean: "boolean",
  map: "map<string,string>",
} as const;

function glueType(type: ColumnType): string {
  if (typeof type === "string") return GLUE_TYPES[type];
  if (Array.isArray(type)) return `array<${glueType(type[0])}>`;
  const fields = Object.entries(type).map(([name, field]) => `${name}:${glueType(field)}`);
  return `struct<${fields.join(",")}>`;
}
