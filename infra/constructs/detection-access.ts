/** What the functions of detection may do, beside reading. */
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { DETECTION_KEYS } from "../../lib/stack/detection-keys.ts";
import type { NodeFunction } from "./node-function.ts";
import type { Notifications } from "./notifications.ts";

/** @param kinds - of items in the table, the only ones that the function reads and writes */
export function allowMemoryAndAlerts(
  handler: NodeFunction,
  memory: ITable,
  kinds: (keyof typeof DETECTION_KEYS)[],
  { topic, key }: Notifications,
): void {
  allowMemory(
    handler,
    memory,
    kinds.map((kind) => DETECTION_KEYS[kind]),
  );
  handler.allow({ sid: "Alert", actions: ["sns:Publish"], resources: [topic.topicArn] });
  handler.allowKey("sns", key, ["kms:Decrypt", "kms:GenerateDataKey"]);
}

/** @param beginnings - of the keys of items, the only ones that the function reads and writes */
export function allowMemory(handler: NodeFunction, memory: ITable, beginnings: string[]): void {
  handler.allow({
    sid: "Remember",
    actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    resources: [memory.tableArn],
    conditions: {
      "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": beginnings.map((beginning) => `${beginning}*`),
      },
    },
  });
}
