import completion from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import { Argument, type Command } from "commander";
import { sourcesIn } from "../../lib/local/archive-directory.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { defaultOf } from "../options/defaults.ts";

const PROGRAM = "audit-lake";

export function defineCompletionCommand(command: Command): void {
  command
    .description(
      "Print a script for your shell that completes commands, options, saved queries and sources at Tab.",
    )
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
Examples:
  audit-lake completion bash >> ~/.bashrc
  audit-lake completion zsh >> ~/.zshrc
  audit-lake completion fish > ~/.config/fish/completions/audit-lake.fish`,
    )
    .action((shell: string) => completion.setup(PROGRAM, PROGRAM, shell));
}

/** Add the hidden command that the script calls at each Tab: `complete -- WORDS`. */
export async function addComplete(program: Command): Promise<void> {
  const { commands } = tab(program);
  const sources = await sourcesIn(defaultOf("archive") ?? "archive");
  for (const { options } of commands.values()) {
    const source = options.get("source");
    if (source === undefined) continue;
    source.handler = (complete) => {
      for (const name of sources) complete(name, "");
    };
  }
  commands.get("query")?.argument("select-or-name", (complete) => {
    for (const { name, title } of SAVED_QUERIES.values()) complete(name, title);
  });
}
