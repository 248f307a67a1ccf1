/** Permissions of AWS Lake Formation, for accounts in which IAM's alone do not let anybody query. */
import { Aws } from "aws-cdk-lib";
import type { IRole, Role } from "aws-cdk-lib/aws-iam";
import { CfnDataCellsFilter, CfnPrincipalPermissions } from "aws-cdk-lib/aws-lakeformation";
import { ALERTS_VIEW } from "../../lib/sql/alerts-view.ts";
import { ARCHIVE_HOURS_VIEW } from "../../lib/sql/archive-hours-view.ts";
import { AUDIT_LOGS_VIEW } from "../../lib/sql/audit-logs-view.ts";
import { SENSITIVE_COLUMNS } from "../../lib/sql/masked-view.ts";
import { OCSF_VIEW } from "../../lib/sql/ocsf-view.ts";
import { ALERTS_TABLE, COMPACT_TABLE, LINES_TABLE, MANIFESTS_TABLE } from "../../lib/sql/table.ts";
import type { ReaderConfig } from "../config/schema.ts";
import type { Catalog } from "./catalog.ts";
import { allow } from "./grant.ts";

/** Lets a function make, fill and read the tables of the database. */
export function grantColumnsWriter(role: IRole, catalog: Catalog): void {
  const catalogId = Aws.ACCOUNT_ID;
  const name = catalog.database;
  grant(role, "Database", catalog, ["CREATE_TABLE", "DESCRIBE"], { database: { catalogId, name } });
  grant(role, "Tables", catalog, ["SELECT", "DESCRIBE", "ALTER", "INSERT", "DELETE"], {
    table: { catalogId, databaseName: name, tableWildcard: {} },
  });
}

/** Lets a function read the tables and views of the database. */
export function grantQueries(role: IRole, catalog: Catalog): void {
  const catalogId = Aws.ACCOUNT_ID;
  const name = catalog.database;
  grant(role, "Database", catalog, ["DESCRIBE"], { database: { catalogId, name } });
  grant(role, "Tables", catalog, ["SELECT", "DESCRIBE"], {
    table: { catalogId, databaseName: name, tableWildcard: {} },
  });
}

/**
 * Lets a reader query: all rows or those of its sources; all columns, or of the
 * columns table those that show nobody.
 */
export function grantReader(role: Role, reader: ReaderConfig, catalog: Catalog): void {
  const catalogId = Aws.ACCOUNT_ID;
  const databaseName = catalog.database;
  allow(role, {
    sid: "AskLakeFormation",
    actions: ["lakeformation:GetDataAccess"],
    resources: ["*"],
    whyWildcard: "Lake Formation's call knows no resources: its own permissions decide.",
  });
  grant(role, "Database", catalog, ["DESCRIBE"], { database: { catalogId, name: databaseName } });
  // A view reads with its caller's rights, and the masked one would need those to what it hashes.
  const views = reader.masked ? [] : [AUDIT_LOGS_VIEW, ARCHIVE_HOURS_VIEW, ALERTS_VIEW, OCSF_VIEW];
  for (const name of views) {
    grant(role, name, catalog, ["SELECT", "DESCRIBE"], {
      table: { catalogId, databaseName, name },
    });
  }
  const tables = reader.masked
    ? [COMPACT_TABLE]
    : [LINES_TABLE, MANIFESTS_TABLE, ALERTS_TABLE, COMPACT_TABLE];
  for (const tableName of tables) {
    const filter = new CfnDataCellsFilter(role, `Cells-${tableName}`, {
      tableCatalogId: catalogId,
      databaseName,
      tableName,
      name: `${catalog.workgroup}-${reader.name}`,
      columnWildcard: { excludedColumnNames: reader.masked ? [...SENSITIVE_COLUMNS] : [] },
      rowFilter:
        reader.sources === undefined
          ? { allRowsWildcard: {} }
          : { filterExpression: reader.sources.map((name) => `source = '${name}'`).join(" OR ") },
    });
    filter.addResourceDependency(catalog.lastTable);
    const { name } = filter;
    grant(role, tableName, catalog, ["SELECT"], {
      dataCellsFilter: { tableCatalogId: catalogId, databaseName, tableName, name },
    }).addResourceDependency(filter);
  }
}

function grant(
  role: IRole,
  id: string,
  catalog: Catalog,
  permissions: string[],
  resource: CfnPrincipalPermissions.ResourceProperty,
): CfnPrincipalPermissions {
  const granted = new CfnPrincipalPermissions(role, `Lake-${id}`, {
    principal: { dataLakePrincipalIdentifier: role.roleArn },
    permissions,
    permissionsWithGrantOption: [],
    resource,
  });
  granted.addResourceDependency(catalog.lastTable);
  return granted;
}
