import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { readContextFiles } from "../../../functions/context-files.ts";
import { readSuppressions } from "../../../functions/detect/files-beside-code.ts";
import { ConfigError, parseConfig } from "../../../infra/config/parse.ts";
import { detectionFiles } from "../../../infra/constructs/detection-files.ts";
import { readContext } from "../../../lib/detect/context/read-context.ts";
import { DETECTIONS } from "../../../lib/detect/detections.ts";

function configured(detection: object) {
  const config = { archiveStartsOn: "2026-01-01", sources: [{ name: "grid" }], detection };
  return detectionFiles(parseConfig(config, "test").detection);
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "detection-files-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function file(name: string, content: string): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

const SUPPRESSION = {
  ...{ rule: "admin-granted", actor: "U1", reason: "Our own bot" },
  ...{ owner: "sec", expires: "2027-01-01" },
};

describe("detectionFiles", () => {
  it("are none unless they are configured", () => {
    expect(configured({})).toEqual({});
  });

  it("are read by the function as they were configured", () => {
    const files = configured({
      suppressions: [SUPPRESSION],
      context: {
        countries: "included",
        torExits: file("exits", "203.0.113.66\n"),
        threatLists: [file("drop.txt", "203.0.113.0/24\n"), file("mine.txt", "192.0.2.1\n")],
        networks: file("networks", "8.8.0.0/16 Office\n"),
        slackAllowList: file("allow.json", '{"trusted_cidr":["10.0.0.0/8"]}'),
        staff: file("staff.csv", "email\nada@example.com\n"),
      },
    });
    const code = folder();
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(code, path)), { recursive: true });
      writeFileSync(join(code, path), content);
    }

    const url = pathToFileURL(join(code, "index.mjs")).href;
    expect(readSuppressions(url, DETECTIONS)).toEqual([SUPPRESSION]);
    const { addresses, staff } = readContext(readContextFiles(url));
    expect(addresses.of("8.8.8.8")).toMatchObject({ country: "US", network: "Office" });
    expect(addresses.of("10.0.0.1").isKnownNetwork).toBe(true);
    expect(addresses.of("203.0.113.66").lists).toEqual(["Tor exits", "drop.txt"]);
    expect(addresses.of("192.0.2.1").lists).toEqual(["mine.txt"]);
    expect(staff?.find("ada@example.com")).toEqual({ email: "ada@example.com" });
  });

  it("are nothing to a function without them", () => {
    const url = pathToFileURL(join(folder(), "index.mjs")).href;
    expect(readSuppressions(url, DETECTIONS)).toEqual([]);
    expect(readContext(readContextFiles(url)).addresses.of("8.8.8.8")).toEqual({ lists: [] });
  });

  it.each([
    [{ torExits: "/no/such/file" }, /^detection\.context: ENOENT.*\/no\/such\/file/],
    [{ networkOwners: "included" }, /^detection\.context: ENOENT.*'included'/],
    [{ staff: import.meta.filename }, /^detection\.context: .*test\.ts, line 1: /],
    [{ networks: "/dev/null" }, /^detection\.context: \/dev\/null: has no network$/],
    [{ staff: "/dev/null" }, /^detection\.context: \/dev\/null: has no person$/],
    [{ threatLists: ["package.json"] }, /^detection\.context: package\.json, line 1: /],
    [
      { threatLists: [import.meta.filename, import.meta.filename] },
      /^detection\.context\.threatLists: two files are called "detection-files\.test\.ts"$/,
    ],
  ])("are checked: %j", (context, message) => {
    expect(() => configured({ context })).toThrow(ConfigError);
    expect(() => configured({ context })).toThrow(message);
  });

  it("are checked together: AS numbers need the owners of networks", () => {
    const networks = file("networks", "AS64500 Provider\n");
    expect(() => configured({ context: { networks } })).toThrow(/networks: names AS64500, and AS/);
  });
});
