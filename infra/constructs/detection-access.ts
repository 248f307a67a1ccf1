/** What the functions of detection may do, beside reading. */
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";

export function allowMemoryAndAlerts(
  handler: NodeFunction,
  memory: ITable,
  { topic, key }: Notifications,
): void {
  handler.allow({
    sid: "Remember",
    actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    resources: [memory.tableArn],
  });
  handler.allow({ sid: "Alert", actions: ["sns:Publish"], resources: [topic.topicArn] });
  handler.allowKey("sns", key, ["kms:Decrypt", "kms:GenerateDataKey"]);
}
