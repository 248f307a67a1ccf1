/**
 * `npm run proof:damage`: a lake with every kind of file is damaged in every
 * way, one file at a time, and `audit-lake verify` must fail and name the file,
 * save where `passes.ts` says why it does not. Ends with exit code 1 when
 * anything else passes, or when something on that list is found.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type Change, damagesOf } from "./damages.ts";
import { makeLake } from "./make-lake.ts";
import { PASSES } from "./passes.ts";
import { runCommand } from "./run-command.ts";

/** Of the 24 equal records of a day, and of locks, which hold nothing, these. */
const OF_MANY = /^closing\/source=grid\/.*hour=(?:00|09)\.json$|^\.locks\/grid\.sqlite$/;

const directory = await mkdtemp(join(tmpdir(), "damage-"));
const { archive, publicKey } = await makeLake(directory);
const files = await readFiles();
const used = new Set<(typeof PASSES)[number]>();
const wrong: string[] = [];
let damaged = 0;
try {
  // To read them again for each damage to another file would take the most time.
  await rename(join(archive, "compact"), join(directory, "compact"));
  await damageEach((path) => !path.startsWith("compact/"));
  await rename(join(directory, "compact"), join(archive, "compact"));
  await damageEach((path) => path.startsWith("compact/"));
} finally {
  await rm(directory, { recursive: true });
}
for (const pass of PASSES) {
  if (!used.has(pass)) wrong.push(`nothing passes any more of ${pass.files}, ${pass.damages}`);
}
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exitCode = 1;
}
console.log(`${damaged} damages to ${files.size} files, ${wrong.length} not as expected`);

async function damageEach(isDamaged: (path: string) => boolean): Promise<void> {
  const some = [...files].filter(([path]) => isDamaged(path));
  for (const [at, [path, body]] of some.entries()) {
    const [neighbour = path, other = body] = some[at + 1] ?? some[0] ?? [];
    if (/^closing\/|^\.locks\//.test(path) && !OF_MANY.test(path)) continue;
    const damages = damagesOf({ path, body, neighbour: { path: neighbour, body: other } });
    for (const [name, change] of damages) {
      await apply(change);
      await judge(path, name, [...change.keys()]);
      await apply(new Map([...change.keys()].map((changed) => [changed, files.get(changed)])));
      damaged += 1;
    }
  }
  const { code, output } = await verify();
  if (code !== 0) throw new Error(`the lake is not what it was: ${output}`);
}

async function judge(path: string, damage: string, changed: readonly string[]): Promise<void> {
  const { code, output } = await verify();
  const isFound = code === 1 && changed.some((key) => output.includes(key));
  if (isFound) return;
  const pass = PASSES.find(({ files, damages }) => files.test(path) && damages.test(damage));
  if (pass !== undefined) used.add(pass);
  const isExpected =
    code === 0 &&
    pass !== undefined &&
    (!pass.isFoundByKey || (await verify("--public-key", publicKey)).code === 1);
  if (!isExpected) wrong.push(`${path}, ${damage}: exit code ${code}\n${output}`);
}

function verify(...more: string[]) {
  return runCommand(["verify", "--archive", archive, ...more]);
}

async function readFiles(): Promise<Map<string, Uint8Array>> {
  const found = await readdir(archive, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((file) => file.isFile())
    .map((file) => relative(archive, join(file.parentPath, file.name)))
    .sort();
  const read = paths.map(async (path) => [path, await readFile(join(archive, path))] as const);
  return new Map(await Promise.all(read));
}

async function apply(change: Change): Promise<void> {
  for (const [key, body] of change) {
    const path = join(archive, key);
    await mkdir(dirname(path), { recursive: true });
    // To write into a pipe would wait for a reader.
    await rm(path, { force: true, recursive: true });
    if (body instanceof Uint8Array) await writeFile(path, body);
    else await body?.(path);
  }
}
