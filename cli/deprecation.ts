import type { Command, Option } from "commander";
import { toErrorLine } from "./errors.ts";

/** Names of the release before this one: they work, hidden from the help, with a warning. */

/** One line on standard error. */
export function warnDeprecated(former: string, replacement: string): void {
  process.stderr.write(
    toErrorLine(`${former} is deprecated and goes away in the next release: use ${replacement}`),
  );
}

/**
 * Keep an option under its former name.
 *
 * @param former - its flags, and how its value is read
 * @param toReplacement - what to use instead, shown to the user, and the option's value under its
 * present name
 */
export function addFormerOption<Value>(
  command: Command,
  former: Option,
  toReplacement: (value: Value) => { use: string; attribute: string; value: unknown },
): void {
  command.addOption(former.hideHelp());
  command.on(`option:${former.name()}`, () => {
    const { use, attribute, value } = toReplacement(
      command.getOptionValue(former.attributeName()) as Value,
    );
    warnDeprecated(`${former.long}`, use);
    command.setOptionValueWithSource(attribute, value, "cli");
  });
}
