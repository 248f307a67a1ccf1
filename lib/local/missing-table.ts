import { ADDRESS_CONTEXT_VIEW } from "../sql/address-context.ts";
import { ALERTS_VIEW } from "../sql/alerts-view.ts";
import { ARCHIVE_HOURS_VIEW } from "../sql/archive-hours-view.ts";
import { AUDIT_LOGS_VIEW } from "../sql/audit-logs-view.ts";
import { MASKED_VIEW } from "../sql/masked-view.ts";
import { OCSF_VIEW } from "../sql/ocsf-view.ts";
import { LINES_TABLE } from "../sql/table.ts";

const HERE = [AUDIT_LOGS_VIEW, OCSF_VIEW, ARCHIVE_HOURS_VIEW, ALERTS_VIEW, LINES_TABLE];

const MISSING =
  /^Catalog Error: Table with name (.+?) does not exist!(?:\s+Did you mean "(.+?)"\?)?/;

/**
 * What DuckDB says of a table that it does not have, with names of ours alone: it
 * suggests tables of its own, too.
 */
export function describeMissingTable(problem: string): string {
  return problem.replace(MISSING, (text, name, suggestion) =>
    HERE.includes(suggestion)
      ? text
      : `there is no table or view ${name} here: there are ${HERE.join(", ")}; only Athena has ${ADDRESS_CONTEXT_VIEW} (with detection.addressTable) and ${MASKED_VIEW} (with readers that are masked)`,
  );
}
