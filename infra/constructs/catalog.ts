import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Aws, Duration } from "aws-cdk-lib";
import { CfnNamedQuery, CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { ADDRESS_LINES, addressContextView } from "../../lib/sql/address-context.ts";
import { alertsView } from "../../lib/sql/alerts-view.ts";
import { archiveHoursView } from "../../lib/sql/archive-hours-view.ts";
import { auditLogsView } from "../../lib/sql/audit-logs-view.ts";
import { maskedView } from "../../lib/sql/masked-view.ts";
import { ocsfView } from "../../lib/sql/ocsf-view.ts";
import { readSavedQueries, SAVED_QUERIES, type SavedQuery } from "../../lib/sql/saved-queries.ts";
import {
  ALERT_LINES,
  AUDIT_LOG_LINES,
  athenaTable,
  type GlueTableInput,
  MANIFEST_LINES,
} from "../../lib/sql/table.ts";
import { ConfigError } from "../config/parse.ts";
import type { LakeConfig } from "../config/schema.ts";
import type { Monitored, Monitoring } from "./monitoring.ts";

export interface CatalogProps {
  config: LakeConfig["catalog"];
  /** Of database and workgroup. */
  names: { database: string; workgroup: string };
  /** Names of the sources. */
  sources: string[];
  /** First day that the archive will ever hold, UTC, `YYYY-MM-DD`. */
  archiveStartsOn: string;
  /** Whether sealed days go into the columns table. */
  hasColumns: boolean;
  /** Whether what is known of addresses is kept. */
  hasAddressTable: boolean;
  /** Whether any reader is to have addresses hashed. */
  hasMaskedView: boolean;
  bucket: IBucket;
  resultsBucket: IBucket;
  key: IKey;
  monitoring: Monitoring;
}

/** What Athena knows of the archive. No crawler: the partitions are computed from the query. */
export class Catalog extends Construct {
  readonly database: string;
  readonly workgroup: string;
  /** Once it is there, so are the others. */
  readonly lastTable: CfnTable;

  constructor(scope: Construct, id: string, props: CatalogProps) {
    super(scope, id);
    const { sources, archiveStartsOn, bucket } = props;
    const { database: databaseName, workgroup: workgroupName } = props.names;
    this.database = databaseName;
    this.workgroup = workgroupName;

    const database = new CfnDatabase(this, "Database", {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: databaseName, description: "Slack audit logs" },
    });
    const place = { bucketName: bucket.bucketName, sources, archiveStartsOn };
    const lines = this.#addTable("Lines", database, athenaTable(AUDIT_LOG_LINES, place));
    const view = auditLogsView(databaseName);
    // Changed by itself when columns are turned off or on, this text takes the place of the
    // view's, which named the days in columns: from then on nothing would keep them true.
    const parameters = props.hasColumns ? view.parameters : { ...view.parameters, columns: "off" };
    const auditLogs = this.#addTable("View", database, { ...view, parameters });
    auditLogs.addResourceDependency(lines);
    const manifests = this.#addTable("Manifests", database, athenaTable(MANIFEST_LINES, place));
    const hours = this.#addTable("Hours", database, archiveHoursView(databaseName));
    hours.addResourceDependency(manifests);
    const alertLines = this.#addTable("AlertLines", database, athenaTable(ALERT_LINES, place));
    const alerts = this.#addTable("Alerts", database, alertsView(databaseName));
    alerts.addResourceDependency(alertLines);
    hours.addResourceDependency(alerts);
    this.lastTable = hours;
    hours.addResourceDependency(auditLogs);
    const ocsf = this.#addTable("Ocsf", database, ocsfView(databaseName));
    ocsf.addResourceDependency(auditLogs);
    hours.addResourceDependency(ocsf);
    if (props.hasAddressTable) {
      const results = { ...place, bucketName: props.resultsBucket.bucketName };
      const addresses = this.#addTable("Addresses", database, athenaTable(ADDRESS_LINES, results));
      this.#addTable(
        "AddressContext",
        database,
        addressContextView(databaseName),
      ).addResourceDependency(addresses);
    }
    if (props.hasMaskedView) {
      this.#addTable("Masked", database, maskedView(databaseName)).addResourceDependency(auditLogs);
    }

    const workgroup = this.#addWorkgroup(props);
    for (const query of savedQueries(props.config).values()) {
      new CfnNamedQuery(this, `Query-${query.name}`, {
        name: query.name,
        description: `${query.title}. ${query.question}`,
        database: databaseName,
        workGroup: workgroupName,
        queryString: query.sql(),
      }).addResourceDependency(workgroup);
    }
    props.monitoring.add(monitored(workgroupName));
  }

  #addTable(id: string, database: CfnDatabase, tableInput: GlueTableInput): CfnTable {
    const table = new CfnTable(this, id, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.database,
      // Athena cannot read a table whose partition keys are absent, also if it has none.
      tableInput: { partitionKeys: [], ...tableInput },
    });
    table.addResourceDependency(database);
    return table;
  }

  #addWorkgroup({ config, names, key, resultsBucket }: CatalogProps): CfnWorkGroup {
    return new CfnWorkGroup(this, "Workgroup", {
      name: names.workgroup,
      description: "Questions to the Slack audit logs",
      recursiveDeleteOption: true, // the history of queries goes; their results stay in the bucket
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true, // or a client could turn off cut-off and encryption
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: config.bytesScannedCutoff,
        engineVersion: { selectedEngineVersion: "Athena engine version 3" },
        resultConfiguration: {
          outputLocation: resultsBucket.s3UrlForObject(PREFIXES.athenaResults),
          encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKey: key.keyArn },
        },
      },
    });
  }
}

/** @throws {ConfigError} when the folder cannot be read, or a file in it is no saved query */
function savedQueries({ queries }: LakeConfig["catalog"]): ReadonlyMap<string, SavedQuery> {
  if (queries === undefined) return SAVED_QUERIES;
  try {
    return new Map([...SAVED_QUERIES, ...readSavedQueries(pathToFileURL(`${resolve(queries)}/`))]);
  } catch (cause) {
    throw new ConfigError(`catalog.queries: ${(cause as Error).message}`, { cause });
  }
}

function monitored(workgroup: string): Monitored {
  return {
    subject: "athena",
    alarms: [
      {
        article: "query-cut-off",
        summary:
          "A query was cancelled, by a person or because it read more than the workgroup allows.",
        metric: new Metric({
          namespace: "AWS/Athena",
          metricName: "TotalExecutionTime",
          dimensionsMap: { WorkGroup: workgroup, QueryState: "CANCELED", QueryType: "DML" },
          statistic: Stats.SAMPLE_COUNT,
          period: Duration.minutes(5),
        }),
      },
    ],
  };
}
