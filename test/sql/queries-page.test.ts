import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { defineQueryCommand } from "../../cli/commands/query.ts";
import { renderResult } from "../../cli/output/result-table.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import type { QueryResult } from "../../lib/sql/query-result.ts";
import { SAVED_QUERIES, type SavedQuery } from "../../lib/sql/saved-queries.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { writeArchive } from "./open-lake-of.ts";
import { OWN_QUERIES } from "./query-recipes.ts";

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
    new_since: "2026-02-26",
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

/** Nothing is cut, and no line is wider than the terminal. */
function assertFits(name: string, result: QueryResult, width: number): void {
  const rows = result.rows.slice(0, ROWS_SHOWN);
  const text = renderResult({ ...result, rows, rowCount: rows.length }, width);
  const longest = Math.max(...text.split("\n").map((line) => line.length));
  expect({ name, width, isCut: text.includes("…"), fits: longest <= width }).toEqual({
    ...{ name, width, isCut: false, fits: true },
  });
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

${OWN_QUERIES}`;

/** A question of an investigator, and the command that answers it. */
interface Investigation {
  question: string;
  command: string[];
  /** What to look at in the answer. */
  reading: string;
}

const PERIOD = ["--set", "from_day=2026-02-23", "--set", "to_day=2026-03-08"];

const INVESTIGATIONS: readonly Investigation[] = [
  {
    question: "Who came from a new address or network, or with a new client?",
    command: ["new-addresses-and-clients", ...PERIOD, "--set", "new_since=2026-03-02"],
    reading:
      "Only users who were seen before are listed. Entries have no country; for an address that Slack itself finds unusual, `anomaly` entries have one in `details.location`.",
  },
  {
    question: "Who downloaded files in bulk?",
    command: ["downloads-by-volume", ...PERIOD, "--set", "minimum=20"],
    reading: "Many files and one address is a person; a few files again and again is a script.",
  },
  {
    question: "Which apps got new scopes?",
    command: ["apps-and-scopes", ...PERIOD],
    reading:
      "`new_scopes` has only what the app did not hold before. `admin` and `auditlogs` scopes act over the whole organization.",
  },
  {
    question: "What did one user do in 30 days?",
    command: ["user-trail", "--set", `person=${breakIn().person}`, ...PERIOD],
    reading:
      "Without `from_day` and `to_day` it reads the last 30 days. It has what the user did, what was done to the user, and where the user is named.",
  },
  {
    question: "Who exported data?",
    command: ["exports", ...PERIOD],
    reading:
      "An export that was downloaded has left Slack; the addresses and clients say where to.",
  },
  {
    question: "Who was in several places at once?",
    command: ["several-networks", ...PERIOD],
    reading:
      "Three networks within minutes, one after the other, are faster than any travel. A VPN that changes its exit looks the same.",
  },
  {
    question: "Who are the guests, and are they still there?",
    command: ["guest-accounts", ...PERIOD],
    reading: "`ended` is empty while the account is active.",
  },
  {
    question: "Is the archive complete?",
    command: ["completeness", ...PERIOD, "--set", "as_of=2026-03-09T00:01:00Z"],
    reading:
      "Every sealed day is `complete` or `nothing happened`; otherwise the hours in which something is wrong stand below it, and the manifest of the day has the reason.",
  },
];

const TERMINAL_WIDTH = 80;
const LINES_SHOWN = 14;

/** What `audit-lake query` prints at a terminal. */
async function printed(command: readonly string[], archive: string): Promise<string> {
  const { stdout } = process;
  const { isTTY, columns } = stdout;
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  Object.assign(stdout, { isTTY: true, columns: TERMINAL_WIDTH });
  try {
    const query = new Command("query");
    defineQueryCommand(query);
    await query.parseAsync([...command, "--archive", archive, "--no-pager"], { from: "user" });
    return log.mock.calls.map(([text]) => stripVTControlCharacters(String(text))).join("\n");
  } finally {
    Object.assign(stdout, { isTTY, columns });
    log.mockRestore();
  }
}

function toInvestigation({ question, command, reading }: Investigation, output: string): string {
  const lines = output.trimEnd().split("\n");
  const more = lines.length - LINES_SHOWN;
  return [
    `## ${question}`,
    `\`\`\`sh\naudit-lake query ${command.join(" ")}\n\`\`\``,
    reading,
    `\`\`\`text\n${[...lines.slice(0, LINES_SHOWN), ...(more > 0 ? [`… ${more} more lines`] : [])].join("\n")}\n\`\`\`\n`,
  ].join("\n\n");
}

const INVESTIGATIONS_INTRODUCTION = `# Investigations

Eight questions that security teams ask, each with the command that answers it. Each is a [saved query](../reference/queries.md), which says there what it leaves out and why, and runs in Athena too (\`--stack\`). Without a period it reads the last 30 days. The last column of each answer is an entry's \`id\`, where rows are entries.

| Question | Query |
| --- | --- |
${INVESTIGATIONS.map(({ question, command: [name] }) => `| ${question} | [\`${name}\`](../reference/queries.md) |`).join("\n")}

The answers below are from the made-up organization of the demo, as a terminal of ${TERMINAL_WIDTH} columns shows them, cut after ${LINES_SHOWN} lines. \`npm run docs\` generates this page.
`;

describe("pages of saved queries, with results on the made-up organization", () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "queries-page-"));
    const entries = [...organization.newestFirst(FIRST_SECOND, LAST_SECOND, LAST_SECOND)];
    await writeArchive(directory, entries.toReversed());
    await sealDays(new DirectoryArchiveStore(directory), "slack", ["2026-02-23", "2026-02-24"]);
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("docs/reference/queries.md has every saved query", async () => {
    using lake = await openLake(directory);
    const sections: string[] = [];
    for (const query of SAVED_QUERIES.values()) {
      const result = await lake.query(query.sql(valuesOf(query)));
      sections.push(toSection(query, result));
      for (const width of [60, 80, 120]) assertFits(query.name, result, width);
    }

    const page = [INTRODUCTION, ...sections].join("\n");

    await expect(page).toMatchFileSnapshot("../../docs/reference/queries.md");
  });

  it("docs/operate/investigations.md has what each command prints", async () => {
    const sections: string[] = [];
    for (const investigation of INVESTIGATIONS) {
      const output = await printed(investigation.command, directory);
      expect(output, investigation.question).not.toBe("");
      sections.push(toInvestigation(investigation, output));
    }

    const page = [INVESTIGATIONS_INTRODUCTION, ...sections].join("\n");

    await expect(page).toMatchFileSnapshot("../../docs/operate/investigations.md");
  });
});
