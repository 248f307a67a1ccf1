import { paginateListSchedules, type SchedulerClient } from "@aws-sdk/client-scheduler";

export interface ScheduleStatus {
  name: string;
  isEnabled: boolean;
  /** ARN of what it starts. */
  target: string;
}

/** The schedules of a group. */
export async function listSchedules(
  client: SchedulerClient,
  group: string,
): Promise<ScheduleStatus[]> {
  const found: ScheduleStatus[] = [];
  for await (const { Schedules = [] } of paginateListSchedules({ client }, { GroupName: group })) {
    for (const { Name = "", State, Target } of Schedules) {
      found.push({ name: Name, isEnabled: State === "ENABLED", target: Target?.Arn ?? "" });
    }
  }
  return found;
}
