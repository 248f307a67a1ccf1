import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import type { Alert } from "../../../lib/detect/alert.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { lastLine, run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

/** Of public resolvers: which country an address of documentation is in, no database says. */
const [AMERICAN, GERMAN] = ["8.8.8.8", "194.25.0.60"];

let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const made = [AMERICAN, GERMAN].map((ip_address, i) =>
    makeEntry({ dateCreate: MONDAY_MORNING + 60 * i, context: { ip_address } }),
  );
  const { key, body } = await encodeObject(
    "grid",
    made.map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) })),
  );
  await new DirectoryArchiveStore(archive).put(key, body);
});
afterAll(() => rm(archive, { recursive: true }));

const detect = (...args: string[]) =>
  run(["detect", "--archive", archive, ...args], { token: null });

async function file(content: string): Promise<string> {
  const path = join(await temporaryDirectory(), "list.txt");
  await writeFile(path, content);
  return path;
}

describe("detect with local files", () => {
  it("says nothing of countries without them", async () => {
    const { alerts } = lastLine((await detect("--json")).stdout) as { alerts: Alert[] };
    expect(alerts).toEqual([]);
  });

  it("says where an address is, and whose, and who it was", async () => {
    const args = [
      ...["--countries", "included", "--threat-list", await file(`${AMERICAN}\n`)],
      ...["--networks", await file("192.0.2.0/24 Office\n")],
      ...["--staff", await file("email,team\ncharlie.parker@example.com,Saxophone\n")],
    ];
    const { alerts } = lastLine((await detect("--json", ...args)).stdout) as { alerts: Alert[] };
    expect(alerts).toMatchObject([
      {
        ruleId: "login-from-threat-list",
        entry: {
          ipAddress: AMERICAN,
          country: "US",
          isKnownNetwork: false,
          lists: ["list.txt"],
          staff: { team: "Saxophone" },
        },
      },
    ]);
  });

  it("finds one session in two countries", async () => {
    const { stdout } = await detect("--countries", "included");
    expect(stdout).toMatch(/│ session-in-two-countries *│/);
    expect(stdout).toMatch(/│ logins-from-two-countries *│/);
  });

  it.each([
    [["--tor-exits", "/no/such/file"], "--tor-exits /no/such/file: no such file\n"],
    [["--suppressions", "/no/such/file"], "--suppressions /no/such/file: no such file\n"],
    [["--rules", "/no/such/folder"], "--rules /no/such/folder: no such folder\n"],
    [["--staff", "/"], "--staff /: is a folder\n"],
    [["--countries", import.meta.filename], "detect-context.test.ts: is not a database in MaxMind"],
  ])("refuses %j in one line", async (args, message) => {
    const { code, stderr } = await detect(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
