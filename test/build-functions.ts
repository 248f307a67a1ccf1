import { buildFunctions } from "../functions/build.ts";

/** Once, before the tests that synthesize the stack, which deploys what is built here. */
export default async function setup(): Promise<void> {
  await buildFunctions();
}
