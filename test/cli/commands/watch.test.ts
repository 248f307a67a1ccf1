import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeEntry } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { ProcessLocks } from "../../../lib/local/process-locks.ts";
import { ScriptedServer } from "../../notify/scripted-server.ts";
import { run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const AN_HOUR_AGO = Math.floor(Date.now() / 1000) - 3600;

const CONFIG = {
  targets: { soc: { type: "slack", secret: "SOC_WEBHOOK" } },
  routes: [{ severity: "high", targets: ["soc"] }],
};

/** An archive with one entry that raises an alert, and a channel for it. */
async function prepare() {
  const archive = await temporaryDirectory();
  const server = await ScriptedServer.start(() => ({ status: 200, body: "ok" }));
  onTestFinished(() => server.stop());
  const { id = "", text } = makeEntry({ action: "intune_disabled", dateCreate: AN_HOUR_AGO });
  const entry = { id, dateCreate: AN_HOUR_AGO, bytes: Buffer.from(text) };
  const { key, body } = await encodeObject("grid", [entry]);
  await new DirectoryArchiveStore(archive).put(key, body);
  const config = join(archive, "watch.json");
  await writeFile(config, JSON.stringify(CONFIG));
  const watch = (...more: string[]) =>
    run(["watch", "--archive", archive, "--config", config, "--once", ...more], {
      token: null,
      env: { SOC_WEBHOOK: `${server.endpoint}/services/x0secret0x` },
    });
  return { archive, config, server, watch };
}

describe("watch", () => {
  it("sends an alert once, after a failure when it is told to try again", async () => {
    const { server, watch } = await prepare();
    server.reset({ status: 404, body: "no_service" });
    const from = ["--from", String(AN_HOUR_AGO)];
    const first = await watch(...from);
    expect(first).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^\[HIGH\] .* \(intune-disabled\) → soc\n0 deliveries sent, 0 alerts suppressed, 1 delivery given up\.\n$/,
      ),
      stderr: expect.stringContaining("answered 404: no_service (given up"),
    });
    expect(first.stderr).not.toContain("x0secret0x");
    expect(await watch(...from, "--retry")).toEqual({
      code: 0,
      stdout: "1 delivery sent, 0 alerts suppressed, 0 deliveries given up.\n",
      stderr: "1 delivery to retry\n",
    });
    expect(await watch()).toEqual({
      code: 0,
      stdout: "0 deliveries sent, 0 alerts suppressed, 0 deliveries given up.\n",
      stderr: "",
    });
    expect(server.received).toHaveLength(2);
  });

  it("knows what local files say of addresses", async () => {
    const { archive, server, watch } = await prepare();
    const networks = join(archive, "networks.txt");
    await writeFile(networks, "192.0.2.0/24 Office Berlin\n");
    expect((await watch("--from", String(AN_HOUR_AGO), "--networks", networks)).code).toBe(0);
    expect(JSON.stringify(server.received)).toContain("Office Berlin");
    const wrong = await watch("--networks", join(archive, "none.txt"));
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("--networks ") });
  });

  it("says what is wrong in one line, and leaves an archive alone that is watched", async () => {
    const { archive, config, watch } = await prepare();
    const args = ["watch", "--archive", archive, "--config", config, "--once"];
    expect(await run(args, { token: null })).toMatchObject({
      code: 2,
      stderr: "audit-lake: set the environment variables that targets.soc.secret name\n",
    });
    const locks = new ProcessLocks(archive);
    locks.tryLock("watch", "another");
    expect(await watch()).toMatchObject({
      code: 75,
      stderr: `audit-lake: another watch is at work in ${archive}\n`,
    });
    locks.close();
    const secret = "xyz://x0secret0x";
    for (const [text, problem] of [
      [`{\n"targets": {\n"soc": ${secret} }}`, "not valid JSON: line 3 has something unexpected"],
      [`{"targets": "${secret}" "b"}`, "not valid JSON: Expected ',' or '}' after property value"],
      [`{"targets": {"${secret}": {}}}`, "targets: the name of target 1 must be"],
    ] as const) {
      await writeFile(config, text);
      const { code, stderr } = await watch();
      expect(code).toBe(2);
      expect(stderr).toContain(`audit-lake: --config ${config}: ${problem}`);
      expect(stderr).not.toContain("secret0x");
    }
    await writeFile(config, "{}");
    expect(await watch()).toMatchObject({
      code: 2,
      stderr: `audit-lake: --config ${config}: targets: is missing; write an object of names and targets; routes: is missing; write a list of routes\n`,
    });
  });
});
