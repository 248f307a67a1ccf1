import { Option } from "commander";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";

export const STACK_HELP = `
The stack is looked up in the account and region of the usual AWS settings: AWS_PROFILE,
AWS_REGION, the files in ~/.aws.`;

export function stackOption(): Option {
  return new Option("--stack <name>", "name of the deployed stack").default(DEFAULT_STACK_NAME);
}
