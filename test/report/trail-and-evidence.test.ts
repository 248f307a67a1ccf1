import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parseHTML } from "linkedom";
import { expect, it, onTestFinished } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { collectTrail } from "../../lib/report/collect-trail.ts";
import { evidenceOf } from "../../lib/report/evidence.ts";
import type { TrailSubject } from "../../lib/report/trail.ts";
import { renderTrail } from "../../lib/report/trail-page.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

const SUSPECT = { id: "U07SUSPECT", name: "Suspect", email: "suspect@example.com" };
const channel = { type: "channel", channel: { id: "C07SECRET", name: "secret plans" } };
const SCOPE = {
  period: { from: "2026-03-02", to: "2026-03-04" },
  generatedAt: MONDAY_MORNING + 2 * SECONDS_PER_DAY,
};

/** Of two days, the first of which is sealed and signed: what the suspect did, and what others did. */
const ENTRIES = [
  makeEntry({ id: "login", actor: SUSPECT, context: { session_id: 77, ip_address: "192.0.2.9" } }),
  makeEntry({
    id: "owner",
    dateCreate: MONDAY_MORNING + 60,
    action: "role_change_to_owner",
    actor: SUSPECT,
    context: { session_id: 77, ip_address: "192.0.2.9", app: { id: "A07APP", name: "App" } },
  }),
  makeEntry({ id: "other", dateCreate: MONDAY_MORNING + 61 }),
  makeEntry({
    id: "joined",
    dateCreate: MONDAY_MORNING + SECONDS_PER_DAY,
    action: "user_channel_join",
    actor: SUSPECT,
    entity: channel,
    extra: { tricky: "\u2028 ünïcödé <b>", big: 12345678901234567000 },
  }),
];

async function makeTrail(subject: TrailSubject) {
  const directory = await makeDirectory();
  await writeArchive(directory, ENTRIES);
  const store = new DirectoryArchiveStore(directory);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = new PemManifestSigner(
    Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
  );
  await sealDays(store, "slack", ["2026-03-02"], signer);
  const lake = await openLake(directory, { threadsMax: 1 });
  onTestFinished(() => lake.close());
  const data = await collectTrail(
    {
      version: "1.2.3",
      archive: "archive",
      store,
      sources: ["slack"],
      heads: new Map(),
      readAll: (statements, days, take) => lake.readAll(statements, days, take),
      rules: { rules: DETECTIONS, context: NO_CONTEXT, periodSeconds: 3600 },
    },
    SCOPE,
    subject,
    new AbortController().signal,
  );
  const page = renderTrail(data);
  return { data, page, store, publicKey: publicKey.export({ type: "spki", format: "pem" }) };
}

it.each<[TrailSubject, string[]]>([
  [{ kind: "user", value: "SUSPECT@example.com" }, ["login", "owner", "joined"]],
  [{ kind: "user", value: "U07SUSPECT" }, ["login", "owner", "joined"]],
  [{ kind: "address", value: "192.0.2.9" }, ["login", "owner"]],
  [{ kind: "app", value: "A07APP" }, ["owner"]],
  [{ kind: "channel", value: "C07SECRET" }, ["joined"]],
  [{ kind: "channel", value: "C07'; DROP" }, []],
])("the trail of %o has its entries, and no others", async (subject, ids) => {
  const { data, page } = await makeTrail(subject);
  const { document } = parseHTML(page);

  expect(data.entries.map(({ id }) => id)).toEqual(ids);
  expect(data.total).toBe(ids.length);
  expect(
    [...document.querySelectorAll(".trail li pre")].map(({ textContent }) => textContent),
  ).toHaveLength(ids.length);
});

it("the page of a trail says how long it was silent, and shows sessions and alerts", async () => {
  const { data, page } = await makeTrail({ kind: "user", value: "U07SUSPECT" });
  const { document } = parseHTML(page);

  expect(document.querySelector("#timeline .answer")?.textContent).toBe(
    "3 entries in 2 sessions from 2 addresses, with 1 alert; the longest silence was 23 h 59 min, from 2026-03-02 09:01:00 to 2026-03-03 09:00:00.",
  );
  expect(data.alerts.map(({ ruleId }) => ruleId)).toEqual(["owner-granted"]);
  expect(document.querySelectorAll("#timeline svg")).toHaveLength(2);
});

it("the evidence verifies by its own instructions, and no longer with a byte changed anywhere", async () => {
  const { data, page, store, publicKey } = await makeTrail({ kind: "user", value: "U07SUSPECT" });
  const folder = await makeDirectory();
  const paths: string[] = [];
  let commands = "";
  for await (const { path, bytes } of evidenceOf(data, page, store)) {
    paths.push(path);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    if (path === "README.md")
      commands = /```sh\n([\s\S]*?)```/.exec(Buffer.from(bytes).toString())?.[1] ?? "";
  }
  await writeFile(join(folder, "public.pem"), publicKey);

  expect(paths.map((path) => path.replace(/\d{10}-\d{10}-\w{16}/, "…"))).toEqual([
    "report.html",
    "audit_logs/source=slack/dt=2026-03-02/hour=09/….json.gz",
    "audit_logs/source=slack/dt=2026-03-03/hour=09/….json.gz",
    "entries.ndjson",
    "manifests/source=slack/dt=2026-03-02.json",
    "signatures/source=slack/dt=2026-03-02.sig",
    "unsealed.txt",
    "README.md",
    "SHA256SUMS",
  ]);
  expect(await readFile(join(folder, "entries.ndjson"), "utf8")).toBe(
    ENTRIES.filter(({ id }) => id !== "other")
      .map(({ text }) => `${text}\n`)
      .join(""),
  );
  expect(await readFile(join(folder, "unsealed.txt"), "utf8")).toBe(`${paths[2]}\n`);
  const verify = async (of: string) =>
    promisify(execFile)("sh", ["-c", commands], { cwd: of }).then(
      ({ stdout }) => stdout.trimEnd().split("\n").at(-1),
      ({ stdout, stderr }) => `FAILED ${stdout}${stderr}`,
    );
  expect(await verify(folder)).toBe("OK");

  for (const path of paths.filter((name) => name !== "README.md")) {
    const copy = await makeDirectory();
    await cp(folder, copy, { recursive: true });
    const bytes = await readFile(join(copy, path));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(copy, path), bytes);
    expect([path, await verify(copy)]).toEqual([path, expect.stringMatching(/^FAILED /)]);
  }

  // Whoever changes the sums as well is found by the manifest, and by the signature.
  const copy = await makeDirectory();
  await cp(folder, copy, { recursive: true });
  const forged = join(copy, paths[1] ?? "");
  await promisify(execFile)(
    "sh",
    [
      "-c",
      `gzip -dc '${forged}' | sed 's/owner/guest/' | gzip > changed; mv changed '${forged}'; gzip -dc audit_logs/*/*/*/*.gz | grep SUSPECT > entries.ndjson; find . -type f ! -name SHA256SUMS ! -name sums ! -name public.pem | sed 's,^./,,' | xargs sha256sum > sums; mv sums SHA256SUMS`,
    ],
    { cwd: copy },
  );
  expect(await verify(copy)).toContain("not what its manifest says");
});
