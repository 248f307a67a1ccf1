import { type CloudWatchClient, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";

/** An active alarm. */
export interface ActiveAlarm {
  name: string;
  description: string;
  /** Epoch milliseconds. */
  sinceMs: number | null;
}

/** CloudWatch accepts no more names at once. */
const NAMES_PER_CALL = 100;

/** The named alarms that are in the state ALARM, by name. */
export async function listActiveAlarms(
  client: CloudWatchClient,
  names: ReadonlySet<string>,
): Promise<ActiveAlarm[]> {
  const all = [...names];
  const ringing: ActiveAlarm[] = [];
  // Without a name, CloudWatch would return every alarm in the account.
  for (let at = 0; at < all.length; at += NAMES_PER_CALL) {
    const pages = paginateDescribeAlarms(
      { client },
      { AlarmNames: all.slice(at, at + NAMES_PER_CALL), StateValue: "ALARM" },
    );
    for await (const { MetricAlarms = [] } of pages) {
      for (const {
        AlarmName = "",
        AlarmDescription = "",
        StateTransitionedTimestamp,
      } of MetricAlarms) {
        ringing.push({
          name: AlarmName,
          description: AlarmDescription,
          sinceMs: StateTransitionedTimestamp?.getTime() ?? null,
        });
      }
    }
  }
  return ringing.sort((a, b) => (a.name < b.name ? -1 : 1));
}
