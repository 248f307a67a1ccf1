import * as z from "zod";
import { SEVERITIES } from "../detect/rule.ts";
import { type Alert, TargetRefusedError } from "./target.ts";

/** What targets rely on; an alert has more. */
const ALERT = z.looseObject({
  type: z.literal("alert"),
  id: z.string().min(1),
  ruleId: z.string(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  reason: z.string(),
  checks: z.array(z.string()),
  falsePositives: z.array(z.string()),
  techniques: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      tactics: z.array(z.looseObject({ id: z.string(), name: z.string() })),
    }),
  ),
  inspect: z.looseObject({ cat: z.string(), sql: z.string() }),
  reference: z.string(),
  source: z.string(),
  period: z.looseObject({ start: z.iso.datetime(), end: z.iso.datetime() }),
  entry: z.looseObject({ id: z.string(), time: z.iso.datetime(), action: z.string() }),
});

/**
 * An alert from the JSON that `toNotification` makes of it.
 *
 * @throws {TargetRefusedError} when it is something else
 */
export function parseAlert(text: string): Alert {
  const value = parseJson(text);
  const parsed = ALERT.safeParse(value);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error).replace(/\s+/g, " ");
    throw new TargetRefusedError(`the message is no alert: ${problem}`);
  }
  const { type: _, ...alert } = value as { type: "alert" } & Alert;
  return alert;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without its cause, which quotes the message.
    throw new TargetRefusedError("the message is not JSON");
  }
}
