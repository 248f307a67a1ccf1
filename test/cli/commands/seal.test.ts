import { generateKeyPairSync } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { manifestKey } from "../../../lib/archive/sealed-day.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../../../lib/time.ts";
import { lastLine, run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

// The command goes by the real clock; these days have ended long ago by any.
const TODAY = startOfDay(dayOf(Date.now() / 1000));
const [FIRST, SECOND] = [dayOf(TODAY - 3 * SECONDS_PER_DAY), dayOf(TODAY - 2 * SECONDS_PER_DAY)];

let slack: FakeSlack;
let archive: string;

beforeEach(async () => {
  slack = await startFakeSlack({
    entries: [FIRST, SECOND].flatMap((day) =>
      makeEntries(5, { from: startOfDay(day) + 36_000, stepSeconds: 60 }),
    ),
  });
  onTestFinished(() => slack.close());
  archive = join(await temporaryDirectory(), "archive");
});

const command = (name: string, ...args: string[]) =>
  run([name, "--archive", archive, "--api-base", slack.baseUrl, ...args]);

describe("seal", () => {
  it("seals a day, so that verify finds it whole", async () => {
    await command("ingest", "--from", FIRST);
    const { code, stdout, stderr } = await command("seal", "--day", FIRST, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lastLine(stdout)).toMatchObject({
      source: "slack",
      days: [{ day: FIRST, outcome: "sealed", manifest: { listed: 5, archived: 5, sequence: 1 } }],
    });
    const checked = await run(["verify", "--archive", archive, "--json"]);
    expect(checked.code).toBe(0);
    expect(lastLine(checked.stdout)).toMatchObject({ sources: [{ days: 1, damages: [] }] });
  });

  it("seals every day that is due, and nothing more the next time", async () => {
    await command("ingest", "--from", FIRST);
    slack.add(makeEntries(2, { from: startOfDay(SECOND) + 50_000 }));
    const { code, stdout } = await command("seal", "--seal-delay", "1d");
    expect(code).toBe(0);
    for (const day of [FIRST, SECOND]) expect(stdout).toContain(day);
    expect(stdout).toMatch(new RegExp(`${SECOND}.*sealed.* 7 .* 7 .* 2 `));
    expect(stdout).toMatch(/head [0-9a-f]{64} \(number 2\)/);
    const again = await command("seal", "--seal-delay", "1d");
    expect(again).toMatchObject({
      code: 0,
      stdout: 'Every settled day of "slack" is sealed.\n',
      stderr: "",
    });
  });

  it("seals a sealed day again when it is asked to, with what Slack shows only now", async () => {
    await command("ingest", "--from", FIRST);
    await command("seal", "--day", FIRST);
    slack.add(makeEntries(1, { from: startOfDay(FIRST) + 60_000 }));
    expect(await command("seal", "--again")).toMatchObject({ code: 2, stdout: "" });
    const { code, stdout } = await command("seal", "--day", FIRST, "--again", "--json");
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({
      days: [{ outcome: "sealed", manifest: { revision: 2, archived: 6, late: 1 } }],
    });
    const checked = await run(["verify", "--archive", archive]);
    expect(checked).toMatchObject({ code: 0, stderr: "" });
    expect(checked.stdout).toMatch(/2 manifests/);
  });

  it("says in one line that the manifest of a day is gone that was sealed before", async () => {
    await command("ingest", "--from", FIRST);
    await command("seal", "--day", FIRST);
    const key = manifestKey("slack", FIRST);
    await rm(join(archive, key));
    const { code, stderr } = await command("seal", "--day", FIRST);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^audit-lake: manifests\/source=slack\/dt=.*\.json was gone, so its day was sealed anew: .*\n$/,
    );
  });

  it("does the same under its former names, with a warning each", async () => {
    await command("ingest", "--from", FIRST);
    const args = ["--close-delay", "1d", "--day", FIRST, "--json"];
    const { code, stdout, stderr } = await command("close-day", ...args);
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ days: [{ day: FIRST, outcome: "sealed" }] });
    expect(stderr).toBe(
      [
        "audit-lake: --close-delay is deprecated and goes away in the next release: use --seal-delay",
        "audit-lake: close-day is deprecated and goes away in the next release: use seal",
        "",
      ].join("\n"),
    );
  });

  it("says why a day is not settled, or none is", async () => {
    await command("ingest", "--from", dayOf(TODAY));
    const { code, stdout } = await command("seal", "--day", dayOf(TODAY));
    expect(code).toBe(75);
    expect(stdout).toContain(`${dayOf(TODAY)} is not settled: it ends at`);
    const early = await command("seal", "--day", "2020-01-01");
    expect(early).toMatchObject({ code: 2, stdout: "" });
    expect(early.stderr).toContain("2020-01-01 cannot be sealed: the archive of");
    const all = await command("seal");
    expect(all.code).toBe(75);
    expect(all.stdout).toMatch(
      /^No day of "slack" can be sealed yet: \S+ is not settled: it ends at .*\n$/,
    );
  });

  it("signs with a key from a file", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const directory = await temporaryDirectory();
    const [secret, open] = [join(directory, "key.pem"), join(directory, "public.pem")];
    await writeFile(secret, privateKey.export({ format: "pem", type: "pkcs8" }));
    await writeFile(open, publicKey.export({ format: "pem", type: "spki" }));
    await command("ingest", "--from", FIRST);
    await command("seal", "--day", FIRST, "--sign-key", secret);
    const { code, stdout } = await run([...["verify", "--archive", archive, "--public-key", open]]);
    expect(code).toBe(0);
    expect(stdout).toContain("1 manifest, 1 signature checked");
  });

  it.each<[string, string[], string]>([
    [
      "a key file without a key",
      ["--sign-key", "/dev/null"],
      "it is not an unencrypted private key",
    ],
    ["a key file that is not there", ["--sign-key", "/nowhere"], "cannot read /nowhere"],
    ["a day that is none", ["--day", "yesterday"], "Give a day"],
    ["an archive that is not there", [], "there is no archive at"],
  ])("refuses %s in one line", async (_, args, problem) => {
    const { code, stdout, stderr } = await command("seal", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("fails in one line when Slack refuses the token", async () => {
    await command("ingest", "--from", FIRST);
    slack.faults.next("token_refused", 5);
    const { code, stdout, stderr } = await command("seal", "--day", FIRST);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toContain("failed");
  });
});
