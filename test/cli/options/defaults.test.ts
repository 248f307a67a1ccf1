import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  const before = process.cwd();
  process.chdir(directory);
  onTestFinished(() => process.chdir(before));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

async function optionsOf(name: string, ...args: string[]) {
  const program = await createProgram([name]);
  const command = program.commands.find((command) => command.name() === name);
  command?.parseOptions(args);
  return command?.opts();
}

const configure = (text: string) => writeFile(join(directory, "audit-lake.json"), text);

describe("archive and source", () => {
  it("are the usual ones when nothing is said", async () => {
    expect(await optionsOf("ingest")).toMatchObject({ archive: "archive", source: "slack" });
    expect(await optionsOf("cat")).not.toHaveProperty("source", expect.anything());
  });

  it("come from the options, else from the environment, else from the file", async () => {
    await configure('{"archive": "/file", "source": "file"}');
    expect(await optionsOf("ingest")).toMatchObject({ archive: "/file", source: "file" });
    vi.stubEnv("AUDIT_LAKE_ARCHIVE", "/env");
    vi.stubEnv("AUDIT_LAKE_SOURCE", "env");
    expect(await optionsOf("cat")).toMatchObject({ archive: "/env", source: "env" });
    const typed = await optionsOf("cat", "--archive", "/typed", "--source", "typed");
    expect(typed).toMatchObject({ archive: "/typed", source: "typed" });
  });

  it.each([
    ["{", /cannot read audit-lake\.json/],
    ["[]", /must hold an object/],
    ['{"archiv": "x"}', /unknown setting "archiv"/],
    ['{"archive": 1}', /archive in audit-lake\.json must be a text/],
    ['{"source": "Acme Inc"}', /"Acme Inc" in audit-lake\.json is no name of a source/],
  ])("are refused in one line when the file is %s", async (text, message) => {
    await configure(text);
    await expect(optionsOf("cat")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(message),
    });
  });
});
