/**
 * `npm run proof:json`: a million texts, most of them broken, read as an entry
 * by our own scan and by `JSON.parse`. Ends with exit code 1 at the first on
 * which the two disagree.
 */
import { Command } from "commander";
import { brokenJson } from "./broken-json.ts";
import { disagreement } from "./disagreement.ts";

const { texts: count, seed } = new Command("proof:json")
  .description("Compare the scan of entries with JSON.parse.")
  .option("--texts <count>", "how many texts to try", Number, 1_000_000)
  .option("--seed <number>", "the series of texts", Number, 1)
  .parse()
  .opts<{ texts: number; seed: number }>();

const next = brokenJson(seed);
let valid = 0;
for (let tried = 0; tried < count; tried += 1) {
  const text = next();
  const found = disagreement(text);
  if (found.problem !== undefined) {
    console.error(`${found.problem}: ${JSON.stringify(text.toString("latin1"))}`);
    process.exitCode = 1;
    break;
  }
  valid += found.isJson ? 1 : 0;
}
console.log(
  `${count} texts, ${valid} of them JSON: ${process.exitCode === 1 ? "one is read otherwise than JSON.parse reads it" : "each is read as JSON.parse reads it"}`,
);
