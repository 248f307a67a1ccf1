import { expect, it } from "vitest";
import { run } from "../cli/audit-lake.ts";

/** A page of the reference: a command and what its `--help` prints. */
interface Help {
  command: string;
  text: string;
}

it("docs/reference/cli.md has the help of every command", async () => {
  // After a change of a help text: npm run docs
  const root = await helpOf([]);
  const commands = await Promise.all(subcommands(root.text).map((name) => helpOf([name])));
  const nested = await Promise.all(
    commands.flatMap(({ command, text }) =>
      subcommands(text).map((name) => helpOf([...command.split(" "), name])),
    ),
  );
  const all = [...commands, ...nested].toSorted((a, b) => a.command.localeCompare(b.command));

  expect(all.map(({ command }) => command)).toContain("ingest");
  await expect(`# Command line

What \`audit-lake COMMAND --help\` prints. Inside a clone, write \`npx audit-lake\`.

${toBlock(root.text)}
${all.map(({ command, text }) => `\n## ${command}\n\n${toBlock(text)}\n`).join("")}`).toMatchFileSnapshot(
    "../../docs/reference/cli.md",
  );
});

async function helpOf(command: string[]): Promise<Help> {
  const { code, stdout, stderr } = await run([...command, "--help"], { token: null });
  expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: "" });
  return { command: command.join(" "), text: stdout };
}

/** Names in the section `Commands:` of a help text, without `help` itself. */
function subcommands(text: string): string[] {
  const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(text) ?? [];
  return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
}

function toBlock(text: string): string {
  return `\`\`\`text\n${text.trim()}\n\`\`\``;
}
