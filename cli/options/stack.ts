import { Option } from "commander";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";

export const STACK_HELP = `
--stack without a name means "${DEFAULT_STACK_NAME}". The stack is looked up in the account and region of your
AWS settings: AWS_PROFILE, AWS_REGION, and the files in ~/.aws.`;

/**
 * For commands that work on a directory or on the deployed stack.
 *
 * @param description - what it means for the command
 */
export function stackOption(description: string): Option {
  return new Option("--stack [name]", description).preset(DEFAULT_STACK_NAME).conflicts("archive");
}
