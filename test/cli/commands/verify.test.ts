import { generateKeyPairSync } from "node:crypto";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { columnsKey } from "../../../lib/archive/columns-key.ts";
import { sealWriter } from "../../../lib/archive/writer.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { PemManifestSigner } from "../../../lib/local/pem-manifest-signer.ts";
import { SqliteCheckpointStore } from "../../../lib/local/sqlite-checkpoint-store.ts";
import { fillArchive, sealDays } from "../../seal/sealed-archive.ts";
import { lastLine, run } from "../audit-lake.ts";
import { deployed, SIGNING_KEY_ARN } from "../stack/deployed.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const DAYS = ["2026-03-01", "2026-03-02"] as const;
const KEYS = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const signer = new PemManifestSigner(
  Buffer.from(KEYS.privateKey.export({ format: "pem", type: "pkcs8" })),
);

let archive: string;
let head: string;
let publicKey: string;

beforeEach(async () => {
  archive = await temporaryDirectory();
  const store = new DirectoryArchiveStore(archive);
  await fillArchive(store, "grid", DAYS);
  head = await sealDays(store, "grid", DAYS, signer);
  publicKey = join(archive, "public.pem");
  await writeFile(publicKey, KEYS.publicKey.export({ format: "pem", type: "spki" }));
});

/** The checkpoint that the seal of a day leaves. */
async function rememberSealed(
  directory: string,
  source: string,
  sealed: { day: string; sequence: number; sha256: string },
): Promise<void> {
  const checkpoints = new SqliteCheckpointStore(directory);
  const lease = { owner: "test", expiresAt: 1 };
  const checkpoint = { start: 0, watermark: 0, entriesPerSecond: 0 };
  await checkpoints.acquire(sealWriter(source), lease, 0);
  const closing = { head: sealed, hours: {} };
  await checkpoints.save(sealWriter(source), lease, { ...checkpoint, closing }, 0);
  await checkpoints.release(sealWriter(source), lease.owner, 0);
  checkpoints.close();
}

const verify = (...args: string[]) =>
  run(["verify", "--archive", archive, ...args], { token: null });

async function firstObject(): Promise<string> {
  for await (const { key } of new DirectoryArchiveStore(archive).list("audit_logs/")) return key;
  throw new Error("the archive is empty");
}

describe("verify", () => {
  it("finds a sealed archive whole, and says what it checked", async () => {
    const { code, stdout, stderr } = await verify("--head", head, "--public-key", publicKey);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("2 days, 6 objects, 14 entries");
    expect(stdout).toContain("2 manifests, 2 signatures checked");
    expect(stdout).toContain(`head            ${head} (2026-03-02, number 2)`);
    expect(stdout).toContain("damaged         nothing");
  });

  it("names what is damaged, and fails", async () => {
    const key = await firstObject();
    await rm(join(archive, key));
    const { code, stdout, stderr } = await verify();
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toContain(`OBJECT MISSING  ${key}: it was there when the day was sealed`);
    expect(stdout).toContain("damaged         1");
  });

  it("names what it does not know, hidden or not", async () => {
    const key = await firstObject();
    const hidden = key.replace(/([^/]+)$/, ".$1");
    const encoded = key.replace("source=grid", "source=gri%64");
    for (const planted of [hidden, encoded]) {
      await mkdir(join(archive, planted, ".."), { recursive: true });
      await copyFile(join(archive, key), join(archive, planted));
    }
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    for (const planted of [hidden, encoded]) {
      expect(stdout).toContain(`PATH UNKNOWN  ${planted}: this archive gives no such name`);
    }
    expect(lastLine((await verify("--json")).stdout)).toMatchObject({ unknown: [encoded, hidden] });
  });

  it("compares the days that are in columns with their lines", async () => {
    expect(await run(["columns", "--archive", archive, "--source", "grid"])).toMatchObject({
      code: 0,
    });
    expect(await verify()).toMatchObject({ code: 0 });
    const key = columnsKey("grid", DAYS[0]);
    await writeFile(join(archive, key), "no Parquet");
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toContain(`COLUMNS CHANGED  ${key}: it is not the file that `);
    expect(stdout).toContain("damaged         1");
  });

  it("names a source that has lost everything but its checkpoint", async () => {
    await rememberSealed(archive, "lost", {
      day: "2026-03-02",
      sequence: 2,
      sha256: "f".repeat(64),
    });
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toContain(
      "HEAD MISSING  manifests/source=lost/dt=2026-03-02.json: the checkpoint has it as number 2 of the chain",
    );
    expect(stdout).toMatch(/^source +grid$/m);
    expect(stdout).toMatch(/^source +lost$/m);
  });

  it("names a source whose newest days are gone, manifests and all", async () => {
    await rememberSealed(archive, "grid", { day: "2026-03-02", sequence: 2, sha256: head });
    expect((await verify()).code).toBe(0);
    for (const prefix of ["audit_logs", "quarantine"]) {
      await rm(join(archive, prefix, "source=grid/dt=2026-03-02"), { recursive: true });
    }
    await rm(join(archive, "manifests/source=grid/dt=2026-03-02.json"));
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toContain("HEAD MISSING  manifests/source=grid/dt=2026-03-02.json: ");
  });

  it.each(["audit_logs", "quarantine", "signatures", "closing"])(
    "names a source of which only %s is left",
    async (prefix) => {
      const folder = join(archive, prefix, "source=left", "dt=2026-03-01");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "something"), "");
      expect((await verify()).stdout).toMatch(/^source +left$/m);
    },
  );

  it("prints one JSON object for programs", async () => {
    const key = await firstObject();
    const path = join(archive, key);
    await rm(path);
    await writeFile(path, "nothing like it");
    const { code, stdout } = await verify(
      "--json",
      "--from",
      "2026-03-01",
      "--until",
      "2026-03-02",
    );
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(lastLine(stdout)).toMatchObject({
      archive,
      sources: [
        {
          source: "grid",
          days: 1,
          head: { sha256: head, sequence: 2 },
          damages: [{ kind: "object_changed", key }],
        },
      ],
    });
  });

  it.each<[string[], string[], string]>([
    [["--from", "2026-03-02"], ["2026-03-02"], ""],
    [["--until", "2026-03-02"], ["2026-03-01"], ""],
    [["--until", "2026-03-02T00:00:01Z"], ["2026-03-01", "2026-03-02"], ""],
    [["--from", "2026-03-01T23:00Z", "--until", "2026-03-02"], ["2026-03-01"], ""],
    [["--last", "36500d"], ["2026-03-01", "2026-03-02"], ""],
    [
      ["--to", "2026-03-01"],
      ["2026-03-01"],
      "audit-lake: --to is deprecated and goes away in the next release: use --until 2026-03-02 (excluded)\n",
    ],
  ])("checks the days that %j touches", async (args, days, warning) => {
    const { code, stdout, stderr } = await verify(...args, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: warning });
    expect(lastLine(stdout)).toMatchObject({ sources: [{ days: days.length }] });
  });

  it("finds history that does not lead to the remembered head", async () => {
    const { code, stdout } = await verify("--head", "0".repeat(64));
    expect(code).toBe(1);
    expect(stdout).toContain("HEAD MISSING  manifests/source=grid/dt=2026-03-02.json");
  });

  it("checks every organization unless one is named", async () => {
    const store = new DirectoryArchiveStore(archive);
    await fillArchive(store, "acme", DAYS);
    await sealDays(store, "acme", DAYS);
    const { stdout } = await verify("--json");
    expect(lastLine(stdout)).toMatchObject({ sources: [{ source: "acme" }, { source: "grid" }] });
    expect(await verify("--head", head)).toMatchObject({
      code: 2,
      stderr:
        "audit-lake: --head belongs to one organization: name it with --source (acme, grid)\n",
    });
    expect(await verify("--head", head, "--source", "grid")).toMatchObject({ code: 0 });
  });

  it.each<[string, string[], string]>([
    ["a day that is none", ["--from", "2026-02-31"], "Give ISO 8601, such as 2026-05-01"],
    [
      "days that end before they begin",
      ["--from", "2026-03-02", "--until", "2026-03-01"],
      "--until 2026-03-01T00:00:00Z must be later than --from 2026-03-02T00:00:00Z",
    ],
    [
      "a period without a sealed day",
      ["--from", "2026-03-03"],
      "nothing to verify: no day since 2026-03-03 is sealed in ",
    ],
    [
      "a period before the first sealed day",
      ["--from", "2026-01-01", "--until", "2026-03-01"],
      "nothing to verify: no day from 2026-01-01 to 2026-02-28 is sealed in ",
    ],
    ["a hash that is none", ["--head", "abc"], "Give the 64 hex digits"],
    ["a key file that is not there", ["--public-key", "/nowhere.pem"], "cannot read /nowhere.pem"],
    ["a directory that is none", ["--archive", "/nowhere"], "there is no archive at /nowhere"],
    [
      "an organization without a sealed day",
      ["--source", "other"],
      'has no source "other"; it has',
    ],
  ])("refuses %s in one line", async (_, args, problem) => {
    const { code, stdout, stderr } = await verify(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("refuses a key file that holds no key", async () => {
    const { code, stderr } = await verify("--public-key", join(archive, await firstObject()));
    expect(code).toBe(2);
    expect(stderr).toContain("it is not a public key in PEM");
  });

  it("refuses a private key", async () => {
    const secret = join(archive, "private.pem");
    await writeFile(secret, KEYS.privateKey.export({ format: "pem", type: "pkcs8" }));

    const { code, stdout, stderr } = await verify("--public-key", secret);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/: it is a private key, which only the signer should have: .*\n$/);
  });

  it("asks KMS for the key that a deployed stack signs with", async () => {
    const der = KEYS.publicKey.export({ format: "der", type: "spki" }).toString("base64");
    const aws = await deployed(
      { GetPublicKey: () => ({ PublicKey: der }) },
      { hasStateMachines: true },
    );
    await run(["verify", "--stack", "--public-key", "stack"], { env: aws.environment });

    expect(aws.inputs("GetPublicKey")).toEqual([{ KeyId: SIGNING_KEY_ARN }]);
  });

  it("says that a stack signs nothing", async () => {
    const aws = await deployed({});
    const { code, stderr } = await run(["verify", "--stack", "--public-key", "stack"], {
      env: aws.environment,
    });

    expect(code).toBe(2);
    expect(stderr).toMatch(/the stack SlackAuditLake signs no manifests: /);
  });
});
