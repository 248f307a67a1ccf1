import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, expect, it } from "vitest";
import { zipFunctions } from "../../packages/zip-functions.ts";

const CODE = "export const handler = () => 1;";

let bundles: string;
let directory: string;

beforeEach(async () => {
  bundles = await mkdtemp(join(tmpdir(), "audit-lake-bundles-"));
  directory = await mkdtemp(join(tmpdir(), "audit-lake-zips-"));
  await mkdir(join(bundles, "seal"));
  await writeFile(join(bundles, "seal/index.mjs"), CODE);
  await writeFile(join(bundles, "seal/index.mjs.map"), "{}");
});
afterEach(async () => {
  await rm(bundles, { recursive: true });
  await rm(directory, { recursive: true });
});

it("zips the same code to the same bytes under the same name, and other code to another", async () => {
  const zip = async () => {
    const zips = await zipFunctions(["seal"], bundles, directory, "1.2.3");
    const name = zips.get("seal") ?? "";
    return { name, bytes: await readFile(join(directory, name)) };
  };
  const code = join(bundles, "seal/index.mjs");
  const first = await zip();
  await utimes(code, 1, 1);
  const again = await zip();
  await writeFile(code, CODE.replace("1", "2"));
  const changed = await zip();

  expect(first.name).toMatch(/^seal-1\.2\.3-[0-9a-f]{16}\.zip$/);
  expect(again.name).toBe(first.name);
  expect(again.bytes.equals(first.bytes)).toBe(true);
  expect(changed.name).not.toBe(first.name);
  const files = unzipSync(first.bytes);
  expect(Object.keys(files).toSorted()).toEqual(["index.mjs", "index.mjs.map"]);
  expect(strFromU8(files["index.mjs"] ?? new Uint8Array())).toBe(CODE);
});
