import { toByteText } from "../../lib/ocsf/byte-text.ts";
import type { SchemaVersion } from "../../lib/ocsf/classes.ts";
import { type EventContext, enrichEvent } from "../../lib/ocsf/enrichments.ts";
import { type OcsfEvent, toEvent } from "../../lib/ocsf/event.ts";
import { eventLines } from "../../lib/ocsf/event-lines.ts";

/** The event of a line, in plain text, as a reader of the NDJSON has it. */
export function writtenEvent(
  line: string,
  version: SchemaVersion,
  context?: EventContext,
): OcsfEvent<string> {
  return JSON.parse(writtenLine(line, version, context));
}

export function writtenLine(line: string, version: SchemaVersion, context?: EventContext): string {
  const event = toEvent(toByteText(line), "acme", version);
  if (context !== undefined) enrichEvent(event, context);
  return Buffer.concat([...eventLines([event])]).toString();
}
