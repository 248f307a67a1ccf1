/**
 * The fake Slack of a generated organization as a process of its own, for the
 * benchmark and for tests of whole commands. Prints `{"baseUrl":…}` when it is
 * ready and `{"stats":…}` when it ends, which it does on SIGTERM, on SIGINT or
 * when the pipe on its standard input closes. The token it accepts is
 * FAKE_SLACK_TOKEN from the environment, else FAKE_TOKEN.
 */
import { fstatSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { FAKE_TOKEN, startFakeSlack } from "./fake-slack.ts";
import { Organization } from "./organization.ts";

const command = new Command("fake-slack")
  .description("The Slack Audit Logs API of a generated organization, on loopback.")
  .option("--port <port>", "0 takes a free one", toNumber, 0)
  .option("--seed <number>", "another seed, another organization", toNumber, 1)
  .option("--entries-per-week <count>", "everyday entries", toNumber, 200_000)
  .option("--users <count>", "accounts, at least 20", toUsers, 1200)
  .option("--from <time>", "first second, ISO 8601 or epoch seconds", toEpochSeconds)
  .option("--until <time>", "end, excluded", toEpochSeconds)
  .option("--late-fraction <part>", "part of the entries that appears late", toNumber, 0)
  .option("--max-lateness-seconds <seconds>", "how late at most", toNumber, 600)
  .option("--latency-ms <ms>", "how long each answer takes", toNumber, 0)
  .option("--calls-per-minute <count>", "rate limit; none when absent", toNumber)
  .option("--burst-calls <count>", "calls at once after a pause", toNumber, 1)
  .option("--cursor-lifetime-ms <ms>", "page cursors expire; never when absent", toNumber)
  .allowExcessArguments(false)
  .parse();

const options = command.opts();
const fake = await startFakeSlack({
  ...options,
  organization: new Organization(options),
  token: process.env.FAKE_SLACK_TOKEN ?? FAKE_TOKEN,
});
console.log(JSON.stringify({ baseUrl: fake.baseUrl }));

await new Promise<void>((resolve) => {
  process.once("SIGTERM", resolve);
  process.once("SIGINT", resolve);
  // A terminal or /dev/null does not tell that the parent has ended.
  const input = fstatSync(process.stdin.fd);
  if (input.isFIFO() || input.isSocket()) {
    process.stdin.once("close", resolve).resume();
  }
});
await fake.close();
console.log(JSON.stringify({ stats: fake.stats }));
process.stdin.destroy();

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0)) {
    throw new InvalidArgumentError("It must be a number, zero or more.");
  }
  return number;
}

function toUsers(text: string): number {
  const users = toNumber(text);
  if (!Number.isInteger(users) || users < 20) {
    throw new InvalidArgumentError("It must be a whole number, 20 or more.");
  }
  return users;
}

function toEpochSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (!Number.isInteger(seconds)) {
    throw new InvalidArgumentError("It must be ISO 8601 to the second, or epoch seconds.");
  }
  return seconds;
}
