import { describe, expect, it } from "vitest";
import { Organization } from "../../fake-slack/organization.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import type { QueryResult } from "../../lib/sql/query-result.ts";
import { SAVED_QUERIES, type SavedQuery } from "../../lib/sql/saved-queries.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "./open-lake-of.ts";

const FIRST_SECOND = Date.UTC(2026, 1, 23) / 1000;
const LAST_SECOND = Date.UTC(2026, 2, 9) / 1000 - 1;
const ROWS_SHOWN = 5;
const CELL_WIDTH = 48;

const organization = new Organization({ entriesPerWeek: 10_000, users: 150 });

/** The story that the two trails follow: an account that was broken into. */
function breakIn(): { person: string; address: string } {
  const story = organization
    .stories(FIRST_SECOND, LAST_SECOND)
    .findLast(({ name }) => name === "guessed_password");
  const entry = JSON.parse(story?.entries[0]?.text ?? "");
  return { person: entry.actor.user.email, address: entry.context.ip_address };
}

/** What the page asks; the period makes the answers the same on any day. */
function valuesOf({ parameters }: SavedQuery): Record<string, string> {
  const values: Record<string, string> = {
    from_day: "2026-02-23",
    to_day: "2026-03-08",
    new_since: "2026-03-02",
    as_of: "2026-03-09T00:01:00Z",
    ...breakIn(),
  };
  return Object.fromEntries(
    parameters.flatMap(({ name }) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
}

function toCell(value: unknown): string {
  const text = value === null ? "" : String(value);
  const cut = text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH - 1)}…` : text;
  return cut.replaceAll("|", "\\|");
}

function toTable({ columns, rows }: QueryResult): string {
  const lines = [columns, columns.map(() => "---"), ...rows.slice(0, ROWS_SHOWN)].map(
    (row) => `| ${row.map(toCell).join(" | ")} |`,
  );
  const more = rows.length - ROWS_SHOWN;
  return [
    ...(rows.length === 0 ? ["No rows."] : lines),
    ...(more > 0 ? ["", `… and ${more} more.`] : []),
  ].join("\n");
}

/** What the introduction says of every query. */
const PERIOD_DEFAULTS = new Set([
  "date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')",
  "date_format(current_date, '%Y-%m-%d')",
]);

function toSection(query: SavedQuery, result: QueryResult): string {
  const values = valuesOf(query);
  const parameters = query.parameters
    .filter(({ default: sql }) => !PERIOD_DEFAULTS.has(sql))
    .map(
      ({ name, description, isRequired, default: sql }) =>
        `- \`${name}\`: ${description}. ${isRequired ? "Required, such as" : "Default"} \`${sql}\`${values[name] === undefined ? "" : `, here \`${values[name]}\``}.`,
    );
  return [
    `## ${query.title}`,
    `\`${query.name}\`: ${query.question}`,
    ...(parameters.length === 0 ? [] : [parameters.join("\n")]),
    ...(query.leavesOut.length === 0
      ? []
      : [
          query.leavesOut
            .map((left) => `- Leaves out ${left.entries}: ${left.because}.`)
            .join("\n"),
        ]),
    `${toTable(result)}\n`,
  ].join("\n\n");
}

const INTRODUCTION = `# Saved queries

Questions that investigators ask, as SQL in \`lib/sql/queries/\`. The same texts are the saved queries of the Athena workgroup (\`audit-lake query NAME --stack\`) and run on an archive in a directory (\`audit-lake query NAME\`).

Each query reads a period, and pays for no more: \`from_day\` to \`to_day\`, UTC, both included; the last 30 days unless you give other values. In Athena, change the value after the name of the parameter: \`/* from_day */ '2026-03-02'\`. On the command line: \`--set from_day=2026-03-02\`.

The results below are from a made-up organization of 150 people, from 2026-02-23 to 2026-03-08, whose first two days are sealed. \`npm run docs\` generates this page, and \`test/sql/queries-page.test.ts\` checks it. Long cells and long tables are cut.
`;

describe("docs/reference/queries.md", () => {
  it("has every saved query with its result on the made-up organization", async () => {
    const entries = [...organization.newestFirst(FIRST_SECOND, LAST_SECOND, LAST_SECOND)];
    const directory = await makeDirectory();
    await writeArchive(directory, entries.toReversed());
    await sealDays(new DirectoryArchiveStore(directory), "slack", ["2026-02-23", "2026-02-24"]);
    using lake = await openLake(directory);
    const sections: string[] = [];
    for (const query of SAVED_QUERIES.values()) {
      sections.push(toSection(query, await lake.query(query.sql(valuesOf(query)))));
    }

    const page = [INTRODUCTION, ...sections].join("\n");

    await expect(page).toMatchFileSnapshot("../../docs/reference/queries.md");
  });
});
