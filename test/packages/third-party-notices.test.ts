import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundledModules, thirdPartyNotices } from "../../packages/third-party-notices.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "notices-"));
  await install("left", { license: "MIT" }, { LICENSE: "The MIT text\r\n" });
  await install("@scope/right", { license: "MIT" }, { "license.md": "The MIT text" });
  await install("apache", { license: "Apache-2.0" }, { LICENSE: "Apache", NOTICE: "By somebody" });
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

function notices(...modules: string[]): Promise<string> {
  return thirdPartyNotices(modules.map((path) => join(directory, path)));
}

it("names each bundled package, and gives a text once", async () => {
  const text = await notices(
    "lib/time.ts",
    "node_modules/left/lib/index.js",
    "node_modules/left/lib/other.js",
    "node_modules/@scope/right/index.js",
  );

  expect(text).toBe(
    "Code of these packages is part of this one.\n\n@scope/right 1.2.3 (MIT)\nleft 1.2.3 (MIT)\n\nThe MIT text\n",
  );
});

it("gives the notice beside the licence", async () => {
  expect(await notices("node_modules/apache/index.js")).toContain(
    "apache 1.2.3 (Apache-2.0)\n\nApache\n\nBy somebody\n",
  );
});

it("refuses a package that names no licence", async () => {
  await expect(notices("node_modules/nameless/index.js")).rejects.toThrow(
    "node_modules/nameless names no licence",
  );
});

it("leaves out modules of which a bundle has no code", () => {
  const inputs = {
    "lib/time.ts": { bytesInOutput: 1 },
    "node_modules/left/index.js": { bytesInOutput: 1 },
    "node_modules/unused/index.js": { bytesInOutput: 0 },
  };
  const metafile = { inputs: {}, outputs: { "index.mjs": { inputs } } } as unknown as Metafile;

  expect(bundledModules("/clone", metafile)).toEqual([
    "/clone/lib/time.ts",
    "/clone/node_modules/left/index.js",
  ]);
});
