/** `npm run pack -- DIR`: build each package and write its tarball into DIR. */
import { stat } from "node:fs/promises";
import root from "../package.json" with { type: "json" };
import { outputDirectory } from "./output-directory.ts";
import { packSlackAuditLake } from "./slack-audit-lake.ts";
import { packSlackAuditLogs } from "./slack-audit-logs.ts";

/** Each writes one tarball into a directory and returns its path. */
const PACKERS = [packSlackAuditLake, packSlackAuditLogs];

const directory = await outputDirectory("pack", "the tarballs");
for (const pack of PACKERS) {
  const tarball = await pack(directory, root.version);
  const { size } = await stat(tarball);
  process.stdout.write(`${tarball}  ${Math.ceil(size / 1000)} kB\n`);
}
