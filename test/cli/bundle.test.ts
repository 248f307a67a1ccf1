import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";
import { expect, it } from "vitest";
import { ENTRY_POINT } from "./bundle.ts";

/** @returns these files of the bundle, what they import before they run, and what that imports */
async function loadedWith(...files: string[]): Promise<string[]> {
  const loaded = new Set(files);
  for (const file of loaded) {
    if (!file.startsWith("./")) continue;
    const text = await readFile(join(dirname(ENTRY_POINT), file), "utf8");
    const { staticImports, staticExports } = parseSync(file, text).module;
    for (const { moduleRequest } of staticImports) loaded.add(moduleRequest.value);
    for (const { moduleRequest } of staticExports.flatMap(({ entries }) => entries)) {
      if (moduleRequest !== null) loaded.add(moduleRequest.value);
    }
  }
  return [...loaded];
}

it("starts a run from a handful of files", async () => {
  const loaded = await loadedWith("./main.js", "./ingest.js");

  expect(loaded.filter((file) => file.startsWith("./")).length).toBeLessThan(8);
  // It takes Node's modules one by one: functions/bundle/node-builtins.ts.
  expect(loaded.filter((file) => !file.startsWith("./"))).toEqual(["../package.json"]);
});

it.each(["cat", "query", "status", "verify"])(
  "reads an archive without undici: %s",
  async (name) => {
    const loaded = await loadedWith("./main.js", `./${name}.js`);

    expect(loaded).toContain("./run.js");
    expect(loaded).not.toContain("./slack.js");
  },
);
