import type { SchemaVersion } from "../../lib/ocsf/classes.ts";
import type { EventContext } from "../../lib/ocsf/enrichments.ts";
import type { OcsfEvent } from "../../lib/ocsf/event.ts";
import { eventLines } from "../../lib/ocsf/event-lines.ts";
import { EventMaker } from "../../lib/ocsf/line-events.ts";

/** That have learned from all lines before. */
const MAKERS: Record<SchemaVersion, EventMaker> = {
  "1.5.0": new EventMaker("acme", "1.5.0"),
  "1.8.0": new EventMaker("acme", "1.8.0"),
};

/** The event of a line, in plain text, as a reader of the NDJSON has it. */
export function writtenEvent(
  line: string,
  version: SchemaVersion,
  context?: EventContext,
): OcsfEvent<string> {
  return JSON.parse(writtenLine(line, version, context));
}

export function writtenLine(line: string, version: SchemaVersion, context?: EventContext): string {
  const maker = context === undefined ? MAKERS[version] : new EventMaker("acme", version, context);
  // The second event is made from what was learned of the first.
  const twice = maker.events(Buffer.from(`${line}\n${line}\n`));
  const [first = "", second = ""] = Array.from(twice, (event) =>
    Buffer.concat([...eventLines([event])]).toString(),
  );
  if (first !== second) throw new Error(`the event of a line like another is another: ${second}`);
  return first;
}
