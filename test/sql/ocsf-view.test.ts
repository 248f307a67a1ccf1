import { describe, expect, it } from "vitest";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { archivedEvents } from "../../lib/ocsf/archived-events.ts";
import { toByteTexts } from "../../lib/ocsf/byte-text.ts";
import type { OcsfEvent } from "../../lib/ocsf/event.ts";
import { eventLines } from "../../lib/ocsf/event-lines.ts";
import { OCSF_COLUMNS, OCSF_SQL, ocsfView } from "../../lib/sql/ocsf-view.ts";
import { exampleLines, knownActions } from "../ocsf/example-lines.ts";
import { makeDirectory, openLakeOfLines, writeArchive } from "./open-lake-of.ts";
import { trinoProblems } from "./trino-grammar.ts";

/** Names of both sides, and what of an event the column has. */
const COMPARED: Record<string, (event: OcsfEvent) => unknown> = {
  time: ({ time }) => time,
  class_uid: ({ class_uid }) => class_uid,
  class_name: ({ class_name }) => class_name,
  category_uid: ({ category_uid }) => category_uid,
  category_name: ({ category_name }) => category_name,
  activity_id: ({ activity_id }) => activity_id,
  type_uid: ({ type_uid }) => type_uid,
  severity_id: ({ severity_id }) => severity_id,
  severity: ({ severity }) => severity,
  status_id: ({ status_id }) => status_id,
  status: ({ status }) => status,
  metadata_uid: ({ metadata }) => metadata.uid,
  metadata_event_code: ({ metadata }) => metadata.event_code,
  metadata_tenant_uid: ({ metadata }) => metadata.tenant_uid,
  raw_data: ({ raw_data }) => raw_data,
};

describe("audit_logs_ocsf", () => {
  it("says what the events say, for every action", async () => {
    const directory = await makeDirectory();
    await writeArchive(directory, exampleLines([...knownActions(), "an_action_of_tomorrow"]));
    const events: OcsfEvent[] = [];
    const read = (piece: Uint8Array) =>
      toByteTexts(JSON.parse(`[${`${piece}`.trimEnd().replaceAll("\n", ",")}]`));
    for await (const batch of archivedEvents(new DirectoryArchiveStore(directory), {}, "1.5.0")) {
      for (const piece of eventLines(batch)) events.push(...(read(piece) as OcsfEvent[]));
    }
    const lake = await openLake(directory);
    const { rows } = await lake.query(
      `SELECT ${Object.keys(COMPARED).join(", ")} FROM audit_logs_ocsf ORDER BY time`,
    );
    lake.close();

    expect(toByteTexts(rows)).toEqual(
      events.map((event) => Object.values(COMPARED).map((read) => read(event))),
    );
  });

  it("says nothing of a line that SQL cannot read, not that its action is unknown", async () => {
    const deep = `${"[".repeat(2000)}${"]".repeat(2000)}`;
    const lake = await openLakeOfLines([
      `{"id":"1","date_create":1772442000,"action":"user_login","details":${deep}}`,
      '{"id":"2","date_create":1772442000}',
    ]);

    const { rows } = await lake.query(
      "SELECT length(raw_data), class_uid, class_name, type_uid, severity, status, metadata_uid FROM audit_logs_ocsf ORDER BY 1",
    );

    expect(rows).toEqual([
      [35, 6003, "API Activity", 600399, "Informational", "Unknown", "2"],
      [4068, null, null, null, null, null, null],
    ]);
  });

  it("is Trino's SQL, and fits into Glue's view", () => {
    expect(trinoProblems(OCSF_SQL)).toEqual([]);
    expect(ocsfView("lake").viewOriginalText?.length).toBeLessThan(409_600);
    expect(new Set(OCSF_COLUMNS.map(({ name }) => name)).size).toBe(OCSF_COLUMNS.length);
  });
});
