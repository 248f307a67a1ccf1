import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { entryOfText, makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { alertKey, encodeAlert } from "../../lib/archive/alert-object.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { runCommand } from "./run-command.ts";

/** A lake with every kind of file that a directory's archive can have. */
export interface Lake {
  archive: string;
  /** PEM, outside of the archive. */
  publicKey: string;
}

const MONDAY = Date.UTC(2026, 2, 2) / 1000;
const HOUR_9 = MONDAY + 9 * 3600;

/** @param directory - empty */
export async function makeLake(directory: string): Promise<Lake> {
  const archive = join(directory, "archive");
  const keys = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const signingKey = join(directory, "signing-key.pem");
  const publicKey = join(directory, "public-key.pem");
  await writeFile(signingKey, keys.privateKey.export({ format: "pem", type: "pkcs8" }));
  await writeFile(publicKey, keys.publicKey.export({ format: "pem", type: "spki" }));

  for (const source of ["acme", "grid"]) {
    const slack = await startFakeSlack({ entries: entriesOf(source) });
    try {
      await fill(archive, source, slack, signingKey, directory);
    } finally {
      await slack.close();
    }
  }
  await run("columns", "--archive", archive, "--source", "grid");
  await run("columns", "--archive", archive, "--source", "acme");
  // Later than the columns: of a day that is sealed, and is to be sealed again.
  await importLines(archive, "grid", directory, [
    makeEntry({ id: "pending", dateCreate: HOUR_9 + SECONDS_PER_DAY + 700 }).text,
  ]);
  const alert = { id: "rule 1", source: "grid", period: { start: "2026-03-02T09:00:00Z" } };
  await plant(join(archive, alertKey(alert)), encodeAlert(alert));
  await run("verify", "--archive", archive, "--public-key", publicKey);
  return { archive, publicKey };
}

/** Of two days; the third has none, and the fourth is not over. */
function entriesOf(source: string) {
  const ofDay = (day: number) =>
    [9, 17].flatMap((hour) =>
      makeEntries(4, { from: MONDAY + day * SECONDS_PER_DAY + hour * 3600, stepSeconds: 60 }).map(
        (entry, at) => ({ ...entry, id: `${source}-${day}-${hour}-${at}` }),
      ),
    );
  return [0, 1, 3].flatMap(ofDay).map(({ id, dateCreate }) => makeEntry({ id, dateCreate }));
}

async function fill(
  archive: string,
  source: string,
  slack: FakeSlack,
  signingKey: string,
  directory: string,
): Promise<void> {
  const common = ["--archive", archive, "--source", source];
  const api = ["--api-base", slack.baseUrl];
  // It has no usable id.
  slack.add([
    { ...makeEntry({ dateCreate: HOUR_9 + 50 }), id: undefined, text: '{"action":"odd"}' },
  ]);
  await run("ingest", ...common, ...api, "--from", "2026-03-02", "--until", "2026-03-05T20:00");
  if (source === "grid") {
    // One that Slack does not list, and another text of an id that is taken.
    await importLines(archive, source, directory, [
      makeEntry({ id: "imported", dateCreate: HOUR_9 + 600 }).text,
    ]);
    const taken = makeEntry({ id: "grid-0-9-1", dateCreate: HOUR_9 + 60, action: "user_logout" });
    await importLines(archive, source, directory, [taken.text], 1);
  }
  await run("seal", ...common, ...api, "--sign-key", signingKey);
  slack.add([entryOfText(makeEntry({ id: `${source}-late`, dateCreate: HOUR_9 + 900 }).text)]);
  await run("seal", ...common, ...api, "--sign-key", signingKey, "--day", "2026-03-02", "--again");
}

async function importLines(
  archive: string,
  source: string,
  directory: string,
  lines: readonly string[],
  code = 0,
): Promise<void> {
  const file = join(directory, "export.ndjson");
  await writeFile(file, lines.map((line) => `${line}\n`).join(""));
  await runTo(code, "import", "--archive", archive, "--source", source, file);
}

function run(...args: string[]): Promise<void> {
  return runTo(0, ...args);
}

async function runTo(expected: number, ...args: string[]): Promise<void> {
  const { code, output } = await runCommand(args);
  if (code !== expected) throw new Error(`${args.join(" ")}: ${code}\n${output}`);
}

async function plant(path: string, body: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
}
