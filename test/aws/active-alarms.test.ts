import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, it } from "vitest";
import { listActiveAlarms } from "../../lib/aws/active-alarms.ts";

const cloudWatch = mockClient(CloudWatchClient);
afterAll(() => cloudWatch.restore());
const client = new CloudWatchClient({ region: "eu-central-1" });
beforeEach(() => cloudWatch.reset());

it("asks for at most a hundred alarms at once, and gives them in order", async () => {
  const names = Array.from({ length: 101 }, (_, i) => `alarm-${i}`);
  cloudWatch
    .on(DescribeAlarmsCommand)
    .resolvesOnce({ MetricAlarms: [{ AlarmName: "alarm-7", AlarmDescription: "late" }] })
    .resolvesOnce({ MetricAlarms: [{ AlarmName: "alarm-100" }] });

  expect(await listActiveAlarms(client, new Set(names))).toEqual([
    { name: "alarm-100", description: "", sinceMs: null },
    { name: "alarm-7", description: "late", sinceMs: null },
  ]);
  const inputs = cloudWatch.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input);
  expect(inputs.map(({ AlarmNames }) => AlarmNames?.length)).toEqual([100, 1]);
  expect(inputs.every(({ StateValue }) => StateValue === "ALARM")).toBe(true);
});

it("asks for nothing when the stack has no alarm: CloudWatch would tell of every other", async () => {
  expect(await listActiveAlarms(client, new Set())).toEqual([]);
  expect(cloudWatch.calls()).toEqual([]);
});
