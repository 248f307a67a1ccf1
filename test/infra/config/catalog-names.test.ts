import { expect, it } from "vitest";
import { catalogNames } from "../../../infra/config/catalog-names.ts";

it.each([
  ["SlackAuditLake", "slack_audit_lake", "slack-audit-lake"],
  ["SlackAuditLakeEU", "slack_audit_lake_eu", "slack-audit-lake-eu"],
  ["acme-audit-2", "acme_audit_2", "acme-audit-2"],
  ["EUAudit", "eu_audit", "eu-audit"],
])("%s has the database %s and the workgroup %s", (stackName, database, workgroup) => {
  expect(catalogNames(stackName)).toEqual({ database, workgroup });
});
