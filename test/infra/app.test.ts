import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "audit-lake-app-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs the app as the CDK command does, with a configuration file of this name. */
function synthesize(config: string) {
  return promisify(execFile)(process.execPath, ["infra/app.ts"], {
    env: {
      ...process.env,
      CDK_CONTEXT_JSON: JSON.stringify({ config, "aws:cdk:disable-asset-staging": true }),
      CDK_OUTDIR: join(directory, "out"),
    },
  });
}

describe("the app", () => {
  it("answers a wrong configuration with one line that says where and what is allowed", async () => {
    const config = join(directory, "wrong.config.ts");
    await writeFile(
      config,
      'export default { archiveStartsOn: "2026-01-01", sources: [{ name: "A" }] };',
    );

    await expect(synthesize(config)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^\S+wrong\.config\.ts: sources\[0\]\.name: "A" is not a source name: [^\n]+\n$/,
      ),
    });
  });

  it("answers a missing configuration file with one line", async () => {
    await expect(synthesize("absent.config.ts")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^absent\.config\.ts: there is no such file in [^\n]+\n$/),
    });
  });

  it("synthesizes the configuration that comes with the repository, without a word", async () => {
    await expect(synthesize("audit-lake.config.ts")).resolves.toEqual({ stdout: "", stderr: "" });
  });
});
