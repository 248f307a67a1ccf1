import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import root from "../../package.json" with { type: "json" };
import { install, installAsStranger, runAsStranger, strangersFolder } from "./stranger.ts";
import { megabytes } from "./weight.ts";

const NODES = Object.entries(inject("nodes"));
const [[, newestNode] = ["", ""]] = NODES.toReversed();
const TARBALL = inject("tarballs")["slack-audit-lake"] ?? "";

describe("slack-audit-lake, installed globally by another user", () => {
  const prefix = join(inject("workspace"), "global");
  const command = join(prefix, "bin/slack-audit-lake");

  beforeAll(async () => {
    await install(newestNode, ["--global", "--prefix", prefix], [TARBALL]);
    process.stdout.write(`slack-audit-lake installed: ${megabytes(prefix)} MB\n`);
  });

  describe.each(NODES)("on Node %s", (version, node) => {
    const home = strangersFolder(`command-${version}`);

    it("tells its version, under both names", async () => {
      for (const name of ["slack-audit-lake", "audit-lake"]) {
        const outcome = await runAsStranger(node, home, [join(prefix, "bin", name), "--version"]);
        expect(outcome).toEqual({ code: 0, stdout: `${root.version}\n`, stderr: "" });
      }
    });

    it("shows its help", async () => {
      const { code, stdout } = await runAsStranger(node, home, [command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ {2}backfill /m);
    });

    it("fills an archive with the demo and queries it", async () => {
      const demo = await runAsStranger(node, home, [command, "demo", "--last", "2h"]);
      expect(demo).toMatchObject({ code: 0, stdout: expect.stringContaining("caught up") });

      const query = [command, "query", "logins", "--archive", "archive/demo", "--json"];
      const { code, stdout } = await runAsStranger(node, home, query);
      expect(code).toBe(0);
      expect(stdout).toMatch(/"actor_email":"[^"]+@/);
    });
  });

  it("names the Node that it needs, in one line, on an older one", async () => {
    const home = strangersFolder("old-node");
    const { code, stdout, stderr } = await runAsStranger(inject("node20"), home, [command]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^audit-lake needs Node 22\.\d+ or newer, and this is v20\.\S+ .*\n$/);
  });
});

describe("slack-audit-lake, installed into an empty folder", () => {
  const folder = strangersFolder("local");

  it("runs with npx", async () => {
    await installAsStranger(newestNode, folder, [TARBALL]);
    const npx = ["npx", "--no-install", "slack-audit-lake", "--version"];
    expect(await runAsStranger(newestNode, folder, npx)).toMatchObject({
      code: 0,
      stdout: `${root.version}\n`,
    });
  });

  it("has what rules of one's own are written with", async () => {
    const script = `import { actorName } from "slack-audit-lake/rules"; console.log(typeof actorName)`;
    const args = ["--input-type=module", "--eval", script];
    expect(await runAsStranger(newestNode, folder, ["node", ...args])).toMatchObject({
      code: 0,
      stdout: "function\n",
    });
  });
});

describe("slack-audit-lake without optional dependencies", () => {
  const folder = strangersFolder("light");
  const command = join(folder, "node_modules/.bin/slack-audit-lake");

  beforeAll(async () => {
    await installAsStranger(newestNode, folder, ["--omit=optional", TARBALL]);
  });

  it("brings neither DuckDB nor the AWS SDK nor CDK", () => {
    const packages = join(folder, "node_modules");
    process.stdout.write(`without optional dependencies: ${megabytes(packages)} MB\n`);
    expect(megabytes(packages)).toBeLessThan(40);
    const names = readdirSync(packages);
    expect(names).not.toContain("@duckdb");
    expect(names).not.toContain("@aws-sdk");
    expect(names).not.toContain("aws-cdk-lib");
  });

  it.each([
    { needs: "@duckdb/node-api", args: ["demo", "--last", "2h"] },
    { needs: "@aws-sdk/client-cloudformation", args: ["status", "--stack", "SlackAuditLake"] },
  ])("names what $args.0 needs in one line", async ({ needs, args }) => {
    const { code, stderr } = await runAsStranger(newestNode, folder, [command, ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^[^\n]*npm install[^\n]*\n$/);
    expect(stderr).toContain(`${needs}@`);
  });
});
