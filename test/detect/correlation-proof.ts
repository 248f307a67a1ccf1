/**
 * `npm run proof:correlations`: random entries give the same alerts in whatever order, how
 * often and how cut they come, live and from the archive. Ends with exit code 1 at the first
 * series that does not.
 */
import { Command } from "commander";
import { runScenario } from "./correlation-scenario.ts";

const { seeds } = new Command("proof:correlations")
  .description("Compare the alerts of shuffled, repeated and cut deliveries.")
  .option("--seeds <count>", "how many series of entries to try", Number, 10_000)
  .parse()
  .opts<{ seeds: number }>();

let alerts = 0;
for (let seed = 1; seed <= seeds; seed += 1) {
  const { expected, wrong } = await runScenario(seed);
  alerts += expected.length;
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
    process.exitCode = 1;
    break;
  }
}
console.log(`${seeds} series, ${alerts} alerts: ${process.exitCode === 1 ? "not " : ""}the same`);
