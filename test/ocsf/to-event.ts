import type { ByteText } from "../../lib/ocsf/byte-text.ts";
import type { SchemaVersion } from "../../lib/ocsf/classes.ts";
import { describeEntry, type OcsfEvent } from "../../lib/ocsf/event.ts";
import { Remains, toText } from "../../lib/ocsf/members.ts";
import { parseLine } from "../../lib/ocsf/parse-line.ts";

/** The event of a line that is parsed: what the event of a template must be like. */
export function toEvent(line: ByteText, source: string, version: SchemaVersion): OcsfEvent {
  return describeEntry(
    new Remains(parseLine(line) ?? {}),
    toText(line),
    source,
    version,
  ) as OcsfEvent;
}
