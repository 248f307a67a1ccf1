/**
 * Names of Glue database and Athena workgroup, after the stack's name: two
 * stacks of a region cannot share them. `SlackAuditLake` has
 * `slack_audit_lake` and `slack-audit-lake`.
 */
export function catalogNames(stackName: string): { database: string; workgroup: string } {
  const words = stackName
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
  return { database: words.replaceAll("-", "_"), workgroup: words };
}
