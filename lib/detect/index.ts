/** For rules of one's own: `slack-audit-lake/rules`. */

export {
  actorKey,
  actorName,
  entityName,
  locationName,
  targetKey,
  targetName,
  textAt,
  textsAt,
} from "./entry-fields.ts";
export type { Rule, RuleContext, Severity } from "./rule.ts";
