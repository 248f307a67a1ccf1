/** `npm run pack -- DIR`: build each package and write its tarball into DIR. */
import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import root from "../package.json" with { type: "json" };
import { packSlackAuditLake } from "./slack-audit-lake.ts";
import { packSlackAuditLogs } from "./slack-audit-logs.ts";

/** Each writes one tarball into a directory and returns its path. */
const PACKERS = [packSlackAuditLake, packSlackAuditLogs];

const [argument, ...more] = process.argv.slice(2);
if (argument === undefined || argument === "" || argument.startsWith("-") || more.length > 0) {
  refuse("name one directory for the tarballs: npm run pack -- DIR");
}
// npm runs scripts in the root, wherever it was called.
const directory = resolve(process.env.INIT_CWD ?? ".", argument);
await mkdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
  refuse(`cannot make the directory ${directory} (${error.code}); name another one`);
});
for (const pack of PACKERS) {
  const tarball = await pack(directory, root.version);
  const { size } = await stat(tarball);
  process.stdout.write(`${tarball}  ${Math.ceil(size / 1000)} kB\n`);
}

function refuse(problem: string): never {
  process.stderr.write(`pack: ${problem}\n`);
  process.exit(2);
}
