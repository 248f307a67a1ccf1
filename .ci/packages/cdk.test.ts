import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import root from "../../package.json" with { type: "json" };
import { installAsStranger, runAsStranger, strangersFolder } from "./stranger.ts";

const NODES = Object.entries(inject("nodes"));
const [[, newestNode] = ["", ""]] = NODES.toReversed();

const APP = `import { App, Stack } from "aws-cdk-lib";
import { SlackAuditLake } from "slack-audit-lake/cdk";

const app = new App();
const stack = new Stack(app, "Logs");
new SlackAuditLake(stack, "AuditLake", {
  archiveStartsOn: "2026-01-01",
  sources: [{ name: "acme" }],
});
app.synth();
`;

const WRONG = `import type { SlackAuditLakeProps } from "slack-audit-lake/cdk";
// @ts-expect-error: a source has a name
export const props: SlackAuditLakeProps = { archiveStartsOn: "2026-01-01", sources: [{}] };
`;

describe("slack-audit-lake/cdk, in an app of ten lines", () => {
  const folder = strangersFolder("cdk");

  beforeAll(async () => {
    const { "aws-cdk-lib": cdk, constructs, typescript } = root.devDependencies;
    writeFileSync(join(folder, "app.mts"), APP);
    writeFileSync(join(folder, "wrong.mts"), WRONG);
    await installAsStranger(newestNode, folder, [
      inject("tarballs")["slack-audit-lake"] ?? "",
      `aws-cdk-lib@${cdk}`,
      `constructs@${constructs}`,
      `typescript@${typescript}`,
      `@types/node@${root.devDependencies["@types/node"]}`,
    ]);
  });

  it("has types", async () => {
    const tsc =
      "npx --no-install tsc --noEmit --strict --module nodenext --lib es2024,esnext.disposable --types node";
    expect(
      await runAsStranger(newestNode, folder, [...tsc.split(" "), "app.mts", "wrong.mts"]),
    ).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  it.each(NODES)(
    "synthesizes with the functions that the package holds, on Node %s",
    async (version, node) => {
      expect(existsSync(join(folder, "node_modules/esbuild"))).toBe(false);
      const out = `cdk.out-${version}`;
      // Where no Docker can be found.
      const env = { CDK_OUTDIR: out, CDK_DOCKER: "/nonexistent/docker" };
      const { code, stderr } = await runAsStranger(node, folder, ["node", "app.mts"], { env });
      expect({ code, stderr }).toMatchObject({ code: 0 });

      const template = JSON.parse(readFileSync(join(folder, out, "Logs.template.json"), "utf8"));
      const functions = Object.values<{ Type: string; Properties: { Code: { S3Key: string } } }>(
        template.Resources,
      ).filter(({ Type }) => Type === "AWS::Lambda::Function");
      const bundles = new Set(
        functions.map(({ Properties: { Code } }) => Code.S3Key.replace(/\.zip$/, "")),
      );
      expect(bundles.size).toBe(6);
      for (const hash of bundles) {
        expect(existsSync(join(folder, out, `asset.${hash}`, "index.mjs"))).toBe(true);
      }
    },
  );
});
