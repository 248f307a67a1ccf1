import { type Column, type GlueTableInput, toGlueColumn } from "./table.ts";

/** A column and the SQL that makes it. */
export interface ViewColumn extends Column {
  expression: string;
}

/** A view, wherever it stands. */
export interface View {
  name: string;
  columns: readonly Column[];
  /** One SELECT: the same text on Athena and DuckDB. */
  sql: string;
}

/** The list of a SELECT that gives these columns. */
export function selectList(columns: readonly ViewColumn[]): string {
  return columns
    .map(({ name, expression }) =>
      name === expression ? `  ${name}` : `  ${expression} AS ${name}`,
    )
    .join(",\n");
}

/**
 * A view in the form in which Athena keeps one in Glue, so that a deployment
 * can make it like any other table: no statement has to be run.
 *
 * @param database - the Glue database in which the view and its tables stand
 * @see https://github.com/trinodb/trino/blob/01344209825d3d5c48e2840894bbd3c8ae0e27c4/plugin/trino-hive/src/main/java/io/trino/plugin/hive/ViewReaderUtil.java
 * which reads it: the parameters by which a view is known, prefix, base64, suffix
 * @see https://github.com/iconara/terraform-aws-athena-view/blob/main/main.tf
 * which writes it: `awsdatacatalog` as the catalog, a column's type in Trino's
 * words inside the text and in Hive's outside it
 */
export function athenaView({ name, columns, sql }: View, database: string): GlueTableInput {
  const definition = {
    originalSql: sql,
    catalog: "awsdatacatalog",
    schema: database,
    columns: columns.map(({ name, type }) => ({ name, type })),
    // Trino takes a view without it for one with an owner, which Glue does not name.
    runAsInvoker: true,
  };
  const encoded = Buffer.from(JSON.stringify(definition)).toString("base64");
  return {
    name,
    // Trino knows a view by this comment, and Glue's description comes before the parameter.
    description: "Presto View",
    tableType: "VIRTUAL_VIEW",
    parameters: { presto_view: "true", comment: "Presto View" },
    viewOriginalText: `/* Presto View: ${encoded} */`,
    viewExpandedText: "/* Presto View */",
    storageDescriptor: {
      columns: columns.map(toGlueColumn),
      // Athena refuses a table without SerDe info, also a view; CDK drops it when it is empty.
      serdeInfo: { name: "-", serializationLibrary: "-" },
    },
  };
}
