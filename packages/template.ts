/**
 * `npm run template -- DIR`: the stack for those without CDK, as a CloudFormation template and the
 * zips of its functions.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFunctions, FUNCTIONS } from "../functions/build.ts";
import { makeTemplate } from "../infra/template/template.ts";
import root from "../package.json" with { type: "json" };
import { outputDirectory } from "./output-directory.ts";
import { bundledModules, thirdPartyNotices } from "./third-party-notices.ts";
import { zipFunctions } from "./zip-functions.ts";

const directory = await outputDirectory("template", "the template and its zips");
const built = await buildFunctions();
const bundles = join(import.meta.dirname, "../dist/functions");
const zips = await zipFunctions(FUNCTIONS, bundles, directory, root.version);
const notices = await thirdPartyNotices(bundledModules(join(import.meta.dirname, ".."), built));
await writeFile(join(directory, "THIRD-PARTY-NOTICES"), notices);
const path = join(directory, "slack-audit-lake.template.json");
await writeFile(path, JSON.stringify(makeTemplate(zips)));
process.stdout.write(
  `${path}\n${[...zips.values()].map((zip) => `${join(directory, zip)}\n`).join("")}`,
);
