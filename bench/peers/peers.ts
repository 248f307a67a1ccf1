/**
 * `node bench/peers/peers.ts`: the same week of entries, collected by this product, by Slack's Python
 * SDK as a user writes it, and by Grove, one after the other from one fake Slack. Compares what each
 * stored, line by line, with what Slack listed.
 *
 * Needs a Python with the packages of requirements.txt: --python names it.
 */
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import Table from "cli-table3";
import { Command } from "commander";
import { FAKE_TOKEN } from "../../fake-slack/fake-slack.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { buildPackage, ingestInto } from "../built-package.ts";
import { withFakeSlack } from "../processes.ts";

const options = new Command("peers")
  .requiredOption("--python <path>", "a Python with the packages of requirements.txt")
  .option("--entries-per-week <count>", "of the made-up organization, about", Number, 200_000)
  .option("--json", "print the figures as JSON")
  .parse()
  .opts<{ python: string; entriesPerWeek: number; json?: true }>();

const { entriesPerWeek } = options;
// Grove begins seven days ago; the first and the last minutes are left out of the comparison.
const latest = Math.floor(Date.now() / 1000) - 60;
const oldest = latest - 7 * SECONDS_PER_DAY + 120;
const truth = new Map<string, string>();
for (const { id, text } of new Organization({ entriesPerWeek }).newestFirst(
  oldest + 1800,
  latest - 60,
  Number.MAX_SAFE_INTEGER,
)) {
  truth.set(id ?? "", text);
}

interface Peer {
  name: string;
  run: (
    directory: string,
    baseUrl: string,
  ) => Promise<{ cpuSeconds: number; peakMemoryMiB: number }>;
}

const PEERS: Peer[] = [
  {
    name: "audit-lake",
    run: (directory, baseUrl) => ingestInto(directory, baseUrl, { from: oldest, until: latest }),
  },
  {
    name: "Slack's Python SDK",
    run: (directory, baseUrl) =>
      python("sdk_collector.py", baseUrl, [directory, String(oldest), String(latest)]),
  },
  {
    name: "Grove",
    run: (directory, baseUrl) => python("grove_collector.py", baseUrl, [directory]),
  },
];

async function python(script: string, baseUrl: string, args: readonly string[]) {
  const { stdout } = await promisify(execFile)(
    options.python,
    [join(import.meta.dirname, script), ...args],
    {
      env: { ...process.env, API_BASE: baseUrl, SLACK_AUDIT_TOKEN: FAKE_TOKEN },
      maxBuffer: 64 * 2 ** 20,
    },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** What a collector stored, beside what Slack listed. */
function compare(directory: string) {
  const seen = new Map<string, number>();
  let changed = 0;
  for (const file of globSync("**/*.json.gz", { cwd: directory })) {
    const text = gunzipSync(readFileSync(join(directory, file))).toString();
    for (const line of text.split("\n").filter((each) => each !== "")) {
      const { id } = JSON.parse(line);
      const sent = truth.get(id);
      if (sent === undefined) continue;
      seen.set(id, (seen.get(id) ?? 0) + 1);
      if (line !== sent) changed += 1;
    }
  }
  const repeated = [...seen.values()].filter((times) => times > 1).length;
  return { missing: truth.size - seen.size, repeated, changed };
}

await buildPackage();
const rows = await withFakeSlack(
  ["--entries-per-week", String(entriesPerWeek)],
  async (baseUrl) => {
    const measured = [];
    for (const { name, run } of PEERS) {
      const directory = await mkdtemp(join(tmpdir(), "audit-lake-peer-"));
      try {
        const { cpuSeconds, peakMemoryMiB } = await run(directory, baseUrl);
        measured.push({ name, cpuSeconds, peakMemoryMiB, ...compare(directory) });
      } finally {
        await rm(directory, { recursive: true });
      }
    }
    return measured;
  },
);

if (options.json) {
  console.log(JSON.stringify({ entries: truth.size, rows }));
} else {
  const table = new Table({
    head: ["", "missing", "repeated", "text changed", "CPU s", "CPU µs an entry", "peak MiB"],
  });
  for (const { name, missing, repeated, changed, cpuSeconds, peakMemoryMiB } of rows) {
    const perEntry = (1e6 * cpuSeconds) / truth.size;
    table.push([
      name,
      ...[missing, repeated, changed].map(String),
      cpuSeconds.toFixed(2),
      perEntry.toFixed(1),
      peakMemoryMiB.toFixed(0),
    ]);
  }
  console.log(`${truth.size} entries of a week\n${table}`);
}
