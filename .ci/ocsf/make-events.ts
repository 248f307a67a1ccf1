/**
 * Make events of everything there is, as files for check_events.py: `node make-events.ts FOLDER`.
 *
 * Of each set of lines: `SET.lines`, each line as a JSON string, and for each version of the
 * schema `SET.VERSION`, the event of each line.
 */
import { once } from "node:events";
import { createWriteStream, existsSync, globSync, readFileSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { finished } from "node:stream/promises";
import { Organization } from "../../fake-slack/organization.ts";
import { SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import { exampleContext } from "../../test/ocsf/example-context.ts";
import { exampleLines, knownActions } from "../../test/ocsf/example-lines.ts";
import { mutate } from "../../test/ocsf/mutate.ts";
import { writtenEvent } from "../../test/ocsf/written-event.ts";
import { SeededRandom } from "../../test/simulation/seeded-random.ts";

const ENTRIES = 100_000;
const SHARED = "../shared";
/** A Monday, epoch seconds. */
const FROM = Date.UTC(2026, 0, 5) / 1000;

const [folder] = argv.slice(2);
if (folder === undefined) throw new Error("name the folder for the events");

const sets: Record<string, () => Iterable<string>> = {
  // 773 is prime: each action with each kind of entity and of details.
  actions: () =>
    exampleLines(
      Array<string[]>(90)
        .fill([...knownActions(), "an_action_of_tomorrow"])
        .flat(),
    ),
  enriched: () => exampleLines([...knownActions(), ...knownActions(), "an_action_of_tomorrow"]),
  organization: organizationLines,
  mutated: mutatedLines,
  ...(existsSync(SHARED) && { published: publishedLines }),
};
for (const [name, lines] of Object.entries(sets)) {
  const context = name === "enriched" ? exampleContext() : undefined;
  const files = ["lines", ...SCHEMA_VERSIONS].map((suffix) =>
    createWriteStream(join(folder, `${name}.${suffix}`)),
  );
  for (const line of lines()) {
    const events = SCHEMA_VERSIONS.map((version) => writtenEvent(line, version, context));
    const texts = [line, ...events];
    for (const [i, text] of texts.entries()) {
      const file = files[i] as WriteStream;
      if (!file.write(`${JSON.stringify(text)}\n`)) await once(file, "drain");
    }
  }
  for (const file of files) file.end();
  await Promise.all(files.map((file) => finished(file)));
}

function* organizationLines(): Generator<string> {
  const organization = new Organization({ entriesPerWeek: ENTRIES });
  let left = ENTRIES;
  for (let until = FROM; left > 0; until += 3600) {
    for (const { text } of organization.newestFirst(until, until + 3599, Number.MAX_SAFE_INTEGER)) {
      if (left-- > 0) yield text;
    }
  }
}

function* mutatedLines(): Generator<string> {
  const random = new SeededRandom(14);
  for (const line of organizationLines()) yield mutate(line, random);
}

/** Whatever in a published file looks like an entry: pages, lines, tests of others. */
function* publishedLines(): Generator<string> {
  for (const file of globSync("{samples,cases}/**/*.{json,ndjson}", { cwd: SHARED }).sort()) {
    const text = readFileSync(join(SHARED, file), "utf8").replace(/^\uFEFF/, "");
    const values = /\.ndjson$|concat/.test(file) ? text.split(/\n|(?<=\})(?=\{)/) : [text];
    for (const value of values.filter((part) => part.trim() !== "")) {
      for (const entry of entriesIn(JSON.parse(value))) yield JSON.stringify(entry);
    }
  }
}

function entriesIn(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return "action" in value && "actor" in value ? [value] : Object.values(value).flatMap(entriesIn);
}
