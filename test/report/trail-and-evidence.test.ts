import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parseHTML } from "linkedom";
import { expect, it, onTestFinished } from "vitest";
import { MONDAY_MORNING, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { collectTrail } from "../../lib/report/collect-trail.ts";
import { evidenceOf } from "../../lib/report/evidence.ts";
import { evidenceReadme } from "../../lib/report/evidence-readme.ts";
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

async function makeTrail(
  subject: TrailSubject,
  sealed = ["2026-03-02"],
  entries: readonly WireEntry[] = ENTRIES,
) {
  const directory = await makeDirectory();
  await writeArchive(directory, entries);
  const store = new DirectoryArchiveStore(directory);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = new PemManifestSigner(
    Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
  );
  await sealDays(store, "slack", sealed, signer);
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

it("a trail takes no entry for one whose id looks the same in SQL", async () => {
  const { data } = await makeTrail(
    { kind: "user", value: "U07SUSPECT" },
    [],
    [
      makeEntry({ id: "\ufeff\ud800", actor: SUSPECT, action: "role_change_to_owner" }),
      makeEntry({ id: "\ufeff\ud801" }),
    ],
  );

  expect(data.entries.map(({ id }) => id)).toEqual(["\ufeff\ud800"]);
  expect(data.alerts.map(({ ruleId }) => ruleId)).toEqual(["owner-granted"]);
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

/** A bundle in a folder, with the public key of its manifests beside it. */
async function unpackEvidence(sealed?: string[]) {
  const trail = await makeTrail({ kind: "user", value: "U07SUSPECT" }, sealed);
  const folder = await makeDirectory();
  const paths: string[] = [];
  const [, commands = ""] = /```sh\n([\s\S]*?)```/.exec(evidenceReadme(trail.data)) ?? [];
  for await (const { path, bytes } of evidenceOf(trail.data, trail.page, trail.store)) {
    paths.push(path);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  await writeFile(join(folder, "public.pem"), trail.publicKey);
  const runIn = (of: string, script: string) =>
    promisify(execFile)("sh", ["-c", script], { cwd: of }).then(
      ({ stdout }) => stdout.trimEnd(),
      ({ code, stdout, stderr }) => `FAILED with ${code}: ${stdout}${stderr}`,
    );
  return {
    folder,
    paths,
    verify: (of: string) => runIn(of, commands),
    /** What the instructions say of a copy that somebody changed, with its sums made anew. */
    verifyForged: async (forge: string) => {
      const copy = await makeDirectory();
      await cp(folder, copy, { recursive: true });
      await runIn(copy, `set -e\n${forge}\n${REMAKE_SUMS}`);
      return await runIn(copy, commands);
    },
  };
}

const REMAKE_SUMS = `rm SHA256SUMS
sums=$(find * -type f ! -name public.pem | xargs sha256sum)
echo "$sums" > SHA256SUMS`;

/** Change an object and the entries; the shell has its path in `object`. */
const FORGE_OBJECT = `object=$(find audit_logs -path '*dt=2026-03-02*' -type f)
gzip -dc "$object" | sed 's/owner/guest/' | gzip > changed
mv changed "$object"
find audit_logs -type f -exec gzip -dc {} + | grep SUSPECT > entries.ndjson`;

it("the evidence verifies by its own instructions, and no longer with a byte changed anywhere", async () => {
  const { folder, paths, verify } = await unpackEvidence();

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
  expect((await verify(folder)).split("\n").slice(-2)).toEqual([
    `unsealed: ${paths[2]}`,
    "OK, but 1 of 2 objects unsealed: nothing proves what is in them",
  ]);

  for (const path of paths.filter((name) => name !== "README.md")) {
    const copy = await makeDirectory();
    await cp(folder, copy, { recursive: true });
    const bytes = await readFile(join(copy, path));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(copy, path), bytes);
    expect([path, await verify(copy)]).toEqual([path, expect.stringMatching(/^FAILED with 1: /)]);
  }
});

const SEALED = ["2026-03-02", "2026-03-03"];

/** What is forged, how, and what the instructions say. */
const FORGERIES: [string, string, RegExp][] = [
  ["an object", FORGE_OBJECT, /dt=2026-03-02\S+: not what its manifest says/],
  [
    "an object, and calls it unsealed",
    `${FORGE_OBJECT}\necho "$object" >> unsealed.txt`,
    /dt=2026-03-02\S+: not what its manifest says/,
  ],
  ["what is unsealed", ": > unsealed.txt", /dt=2026-03-03\S+: unsealed.txt is wrong about it/],
  [
    "a signature, by removing it",
    "rm signatures/source=slack/dt=2026-03-02.sig",
    /dt=2026-03-02\.json: it has no signature/,
  ],
  [
    "a manifest, by removing it",
    "rm manifests/source=slack/dt=2026-03-02.json",
    /dt=2026-03-02\.json: its signature is here, and it is not/,
  ],
  [
    "a manifest, with its hash of the object",
    `${FORGE_OBJECT}
was=$(grep -o "$object[^}]*" manifests/source=slack/dt=2026-03-02.json | grep -oE '[0-9a-f]{64}')
now=$(sha256sum "$object" | cut -c 1-64)
sed "s/$was/$now/" manifests/source=slack/dt=2026-03-02.json > changed
mv changed manifests/source=slack/dt=2026-03-02.json`,
    /dt=2026-03-02\.json: not what this key signed/,
  ],
];

/** Of days whose manifests are both in the bundle. */
const FORGERIES_OF_CHAIN: typeof FORGERIES = [
  [
    "a manifest, by putting another day's in its place",
    `for part in manifests:json signatures:sig; do
  (cd "\${part%:*}/source=slack" && mv "dt=2026-03-03.\${part#*:}" "dt=2026-03-02.\${part#*:}")
done
find audit_logs -path '*dt=2026-03-02*' -type f > unsealed.txt`,
    /dt=2026-03-02\.json: it is another's manifest/,
  ],
  [
    "a sealed day into an unsealed one",
    `${FORGE_OBJECT}
rm manifests/source=slack/dt=2026-03-02.json signatures/source=slack/dt=2026-03-02.sig
echo "$object" > unsealed.txt`,
    /source=slack\/dt=2026-03-02: a later manifest names one of this day that is not here/,
  ],
];

it.each([
  ["one of two days", ["2026-03-02"], FORGERIES],
  ["both days", SEALED, FORGERIES_OF_CHAIN],
])(
  "where %s are sealed, the instructions find a forgery whose sums are made anew",
  async (_, sealed, forgeries) => {
    const { verifyForged } = await unpackEvidence(sealed);

    for (const [what, forge, problem] of forgeries) {
      const said = await verifyForged(forge);
      expect([what, said]).toEqual([what, expect.stringMatching(/^FAILED with 1: /)]);
      expect([what, said]).toEqual([what, expect.stringMatching(problem)]);
    }
  },
);

it("the instructions say OK, and no more, only where every object is sealed and signed", async () => {
  const { folder, verify, verifyForged } = await unpackEvidence(SEALED);

  expect((await verify(folder)).split("\n").at(-1)).toBe("OK");
  const unsigned = (await verifyForged("rm -r public.pem signatures")).split("\n");
  expect(unsigned.at(-1)).toBe("OK, but no signature was checked: there is no public.pem");
  expect(unsigned).toContain("manifests/source=slack/dt=2026-03-02.json: it has no signature");
});
