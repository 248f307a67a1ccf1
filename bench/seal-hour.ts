/**
 * `node bench/seal-hour.ts`: what sealing takes when an hour has millions of
 * entries. The day is sealed in a process of its own, with the sizes that
 * Lambda gives a function of 512 MB.
 */
import Table from "cli-table3";
import { Command } from "commander";
import { formatCount } from "../cli/output/format.ts";
import { measureSeal } from "./measure-seal.ts";

const MEMORY_MAX_MIB = 400;

const options = new Command("seal-hour")
  .option("--entries <count>", "entries of the hour", Number, 4_300_000)
  .option("--scattered", "each object spans the whole hour")
  .option("--json", "print the figures as JSON")
  .parse()
  .opts<{ entries: number; scattered?: true; json?: true }>();

const isScattered = options.scattered ?? false;
const rows = [];
for (const entries of [Math.ceil(options.entries / 20), options.entries]) {
  process.stderr.write(`sealing an hour of ${formatCount(entries)} entries …\n`);
  const { summary, ...use } = await measureSeal({ entries, isScattered });
  const { outcome, pages, manifest } = summary;
  rows.push({ outcome, pages, ...manifest, ...use });
}
const [small, large] = rows;
const ratio = (large?.peakMemoryMiB ?? 0) / (small?.peakMemoryMiB ?? 0);
if (options.json) {
  console.log(JSON.stringify({ small, large, ratio }));
} else {
  const table = new Table({
    head: ["listed", "outcome", "reconciled", "pages", "s", "CPU s", "peak MiB"],
  });
  for (const { listed = 0, outcome, isReconciled, pages, ...use } of rows) {
    const figures = [use.wallSeconds, use.cpuSeconds, use.peakMemoryMiB].map(Math.round);
    table.push([formatCount(listed), outcome, isReconciled ? "yes" : "no", pages, ...figures]);
  }
  console.log(`${table}\npeak memory, large / small: ${ratio.toFixed(2)}`);
}
const isSealed = rows.every(({ outcome, isReconciled }) => outcome === "sealed" && isReconciled);
process.exitCode = isSealed && (large?.peakMemoryMiB ?? 0) < MEMORY_MAX_MIB ? 0 : 1;
