import {
  CATEGORIES,
  CLASSES,
  type ClassName,
  FINDING_STATUSES,
  type OcsfClass,
  SEVERITIES,
  STATUSES,
} from "./classes.ts";
import { MAPPINGS, type Mapping } from "./mappings.ts";

/** What an action becomes, whatever the entry says. */
export interface EventHead {
  activity_id: number;
  /** The action, where the class has no such activity. */
  activity_name: string;
  category_name: string;
  category_uid: number;
  class_name: string;
  class_uid: number;
  severity: string;
  severity_id: number;
  status: string;
  status_id: number;
  type_name: string;
  type_uid: number;
}

interface Head {
  className: ClassName;
  privilege: string | undefined;
  fields: EventHead;
}

/** By action. */
export const HEADS: ReadonlyMap<string, Head> = new Map(
  MAPPINGS.flatMap((mapping) =>
    mapping.actions.map((action) => [action, headOf(mapping, action)] as const),
  ),
);

/** Of an entry without an action; one with an action that is not known has its name besides. */
export const UNKNOWN_HEAD = headOf(
  { class: "api_activity", activity: "Other", actions: [] },
  "unknown",
  "Unknown",
);

export function headFor(action: string | undefined): Head {
  if (action === undefined) return UNKNOWN_HEAD;
  return (
    HEADS.get(action) ?? {
      ...UNKNOWN_HEAD,
      fields: { ...UNKNOWN_HEAD.fields, activity_name: action },
    }
  );
}

export function headOf(mapping: Mapping, action: string, status = statusOf(mapping)): Head {
  const { uid, caption, category, activities }: OcsfClass = CLASSES[mapping.class];
  const activityId = activities[mapping.activity] as number;
  const severity = mapping.severity ?? "Informational";
  const statuses: Record<string, number> = { ...STATUSES, ...FINDING_STATUSES };
  return {
    className: mapping.class,
    privilege: mapping.privilege,
    fields: {
      activity_id: activityId,
      activity_name: mapping.activity === "Other" ? action : mapping.activity,
      category_name: CATEGORIES[category],
      category_uid: category,
      class_name: caption,
      class_uid: uid,
      severity,
      severity_id: SEVERITIES[severity],
      status,
      status_id: statuses[status] as number,
      type_name: `${caption}: ${mapping.activity}`,
      type_uid: uid * 100 + activityId,
    },
  };
}

function statusOf(mapping: Mapping): string {
  if (CLASSES[mapping.class].category !== 2) return mapping.status ?? "Success";
  return mapping.activity === "Close" ? "Resolved" : "New";
}
