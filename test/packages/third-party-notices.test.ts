import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { thirdPartyNotices } from "../../packages/third-party-notices.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "notices-"));
  await install("left", { license: "MIT" }, { LICENSE: "The MIT text\r\n" });
  await install("@scope/right", { license: "MIT" }, { "license.md": "The MIT text" });
  await install("apache", { license: "Apache-2.0" }, { LICENSE: "Apache", NOTICE: "By somebody" });
  await install("unused", { license: "ISC" }, {});
  await install("nameless", {}, {});
});

afterAll(() => rm(directory, { recursive: true }));

async function install(name: string, manifest: object, files: Record<string, string>) {
  const folder = join(directory, "node_modules", name);
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify({ name, version: "1.2.3", ...manifest });
  for (const [file, content] of Object.entries({ "package.json": text, ...files })) {
    await writeFile(join(folder, file), content);
  }
}

/** Of a bundle with so many bytes of each file. */
function metafile(bytes: Record<string, number>): Metafile {
  const inputs = Object.fromEntries(
    Object.entries(bytes).map(([path, bytesInOutput]) => [path, { bytesInOutput }]),
  );
  return { inputs: {}, outputs: { "index.mjs": { inputs } } } as unknown as Metafile;
}

it("names each bundled package, and gives a text once", async () => {
  const bundle = metafile({
    "lib/time.ts": 1,
    "node_modules/left/lib/index.js": 1,
    "node_modules/left/lib/other.js": 1,
    "node_modules/@scope/right/index.js": 1,
    "node_modules/unused/index.js": 0,
  });

  expect(await thirdPartyNotices(directory, [bundle])).toBe(
    "Code of these packages is part of this one.\n\n@scope/right 1.2.3 (MIT)\nleft 1.2.3 (MIT)\n\nThe MIT text\n",
  );
});

it("gives the notice beside the licence", async () => {
  const bundle = metafile({ "node_modules/apache/index.js": 1 });

  expect(await thirdPartyNotices(directory, [bundle])).toContain(
    "apache 1.2.3 (Apache-2.0)\n\nApache\n\nBy somebody\n",
  );
});

it("refuses a package that names no licence", async () => {
  const bundle = metafile({ "node_modules/nameless/index.js": 1 });

  await expect(thirdPartyNotices(directory, [bundle])).rejects.toThrow(
    "node_modules/nameless names no licence",
  );
});
