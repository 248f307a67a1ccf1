import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { startFakeSlack } from "../../fake-slack/fake-slack.ts";
import root from "../../package.json" with { type: "json" };
import { installAsStranger, runAsStranger, strangersFolder } from "./stranger.ts";
import { megabytes } from "./weight.ts";

const NODES = { ...inject("nodes"), "20": inject("node20") };

const BODY = `
async function count(): Promise<number> {
  const client = new AuditLogsClient({ token: "TOKEN", baseUrl: "BASE_URL" });
  let entries = 0;
  for await (const page of client.pages({ limit: 100 })) entries += page.entries.length;
  return entries;
}
count().then((entries) => console.log(entries));
`;
const PROGRAMS = {
  "import.mts": `import { AuditLogsClient } from "slack-audit-logs";${BODY}`,
  "require.cts": `import { AuditLogsClient } from "slack-audit-logs";${BODY}`,
};

describe("slack-audit-logs, installed into an empty folder", () => {
  const folder = strangersFolder("client");

  beforeAll(async () => {
    await installAsStranger(NODES["20"], folder, [inject("tarballs")["slack-audit-logs"] ?? ""]);
    process.stdout.write(
      `slack-audit-logs installed: ${megabytes(join(folder, "node_modules"))} MB\n`,
    );
    await installAsStranger(NODES["20"], folder, [
      `typescript@${root.devDependencies.typescript}`,
      `@types/node@${root.devDependencies["@types/node"]}`,
    ]);
  });

  it.each(Object.entries(NODES))(
    "compiles, and reads all entries by import and by require, on Node %s",
    async (version, node) => {
      await using slack = await startFakeSlack({ entries: makeEntries(250) });
      for (const [name, text] of Object.entries(PROGRAMS)) {
        const program = text.replace("TOKEN", slack.token).replace("BASE_URL", slack.baseUrl);
        writeFileSync(join(folder, name), program);
      }
      const tsc = [
        "npx",
        "--no-install",
        "tsc",
        "--strict",
        "--module",
        "node16",
        "--types",
        "node",
      ];
      const names = Object.keys(PROGRAMS);
      const compiled = await runAsStranger(node, folder, [
        ...tsc,
        "--outDir",
        `out-${version}`,
        ...names,
      ]);
      expect(compiled).toEqual({ code: 0, stdout: "", stderr: "" });

      for (const program of ["import.mjs", "require.cjs"]) {
        const path = join(`out-${version}`, program);
        const outcome = await runAsStranger(node, folder, ["node", path]);
        expect(outcome).toEqual({ code: 0, stdout: "250\n", stderr: "" });
      }
    },
  );
});
