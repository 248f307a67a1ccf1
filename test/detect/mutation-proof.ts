/**
 * `npm run proof:rules`: no rule throws at an entry with odd values, and every alert is
 * one line of text that fits. Begins with the test cases of all rules. Ends with exit
 * code 1 at the first entry on which a rule fails.
 */
import { Command } from "commander";
import type { Alert } from "../../lib/detect/alert.ts";
import { actionsOf, isCorrelation } from "../../lib/detect/correlation.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { exampleContext } from "../../lib/detect/example-entry.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { mutateEntry } from "./mutate-entry.ts";

const ENTRIES_AN_OBJECT = 1000;

const { entries: count, seed } = new Command("proof:rules")
  .description("Run all rules over entries with odd values.")
  .option("--entries <count>", "how many entries to try", Number, 300_000)
  .option("--seed <number>", "the series of entries", Number, 1)
  .parse()
  .opts<{ entries: number; seed: number }>();

const examples = DETECTIONS.flatMap((detection) =>
  isCorrelation(detection)
    ? [...detection.examples.match, ...detection.examples.ignore].flatMap(({ entries }) => entries)
    : [...detection.examples.match, ...detection.examples.ignore].map(({ entry }) => entry),
);
const actions = [...new Set(DETECTIONS.flatMap(actionsOf))];
const random = new SeededRandom(seed);
const detector = new Detector({
  rules: DETECTIONS,
  context: exampleContext(),
  periodSeconds: 3600,
});

let alerts = 0;
for (let tried = 0; tried < count && process.exitCode !== 1; tried += ENTRIES_AN_OBJECT) {
  const lines = Array.from({ length: ENTRIES_AN_OBJECT }, () => {
    const example = examples[random.integer(0, examples.length - 1)] ?? examples[0];
    return Buffer.from(JSON.stringify(example && mutateEntry(example, random, actions)));
  });
  const findings = detector.detect(
    "audit_logs/source=grid/dt=2026-03-02/hour=00/1772409600-1772413194-4c17897f5d0b0d4a.json.gz",
    lines,
  );
  alerts += findings.alerts.length;
  const problems = [
    ...findings.unreadable.map(({ line, problem }) => `${problem}: ${lines[line - 1]}`),
    ...Array.from(findings.failures, ([id, { error, entryId }]) => `${id} at ${entryId}: ${error}`),
    ...findings.alerts.filter((alert) => !isOneLine(alert)).map(({ id }) => `${id}: its title`),
  ];
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    process.exitCode = 1;
  }
}
console.log(
  `${count} entries, ${alerts} alerts: ${process.exitCode === 1 ? "a rule failed" : "no rule failed"}`,
);

function isOneLine({ title }: Alert): boolean {
  return title !== "" && [...title].length <= 200 && !/[\p{C}\u2028\u2029]/u.test(title);
}
