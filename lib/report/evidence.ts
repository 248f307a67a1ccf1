import { decodeLines } from "../archive/archive-object.ts";
import { hourPrefix, parseObjectKey } from "../archive/object-key.ts";
import { manifestKey, newestRevision, signatureKey } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { hashOf, objectsOf, parseManifest } from "../seal/manifest.ts";
import { dayOf } from "../time.ts";
import type { TrailData, TrailEntry } from "./trail.ts";

/** A file of the bundle. */
export interface EvidenceFile {
  path: string;
  bytes: Uint8Array;
}

/** An entry of the trail is not in the archive as SQL has read it. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
  readonly code = "evidence_incomplete";
}

/**
 * The bundle of a case: the page, the entries byte for byte, the objects that hold them as they are
 * stored, the newest manifest of each of their sealed days with its signature, and how to verify
 * all of it with openssl, sha256sum and gzip. One object is in memory at a time.
 *
 * @throws {EvidenceError} when an entry is in no object
 */
export async function* evidenceOf(
  data: TrailData,
  page: string,
  store: ArchiveStore,
): AsyncGenerator<EvidenceFile> {
  const sums: string[] = [];
  const withSum = (path: string, bytes: Uint8Array): EvidenceFile => {
    sums.push(`${hashOf(bytes)}  ${path}\n`);
    return { path, bytes };
  };
  yield withSum("report.html", Buffer.from(page));

  const days = new Map<string, Set<string>>();
  const lines: Uint8Array[] = [];
  for (const [hour, entries] of Map.groupBy(data.entries, hourOfEntry)) {
    const wanted = new Map(entries.map((entry) => [entry.line, entry]));
    for await (const { key } of store.list(hour)) {
      const name = parseObjectKey(key);
      if (name === undefined || wanted.size === 0) continue;
      const body = await store.get(key);
      const held = (await decodeLines(key, body)).filter((line) =>
        wanted.delete(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString()),
      );
      if (held.length === 0) continue;
      for (const line of held) lines.push(Buffer.from(line), NEWLINE);
      const day = `${name.source}/${dayOf(name.minDateCreate)}`;
      days.set(day, (days.get(day) ?? new Set()).add(key));
      yield withSum(key, body);
    }
    const [missing] = wanted.values();
    if (missing !== undefined) {
      throw new EvidenceError(
        `no object of ${hour} holds the entry ${missing.id}: run "audit-lake verify", then try again`,
      );
    }
  }
  yield withSum("entries.ndjson", Buffer.concat(lines));

  const unsealed: string[] = [];
  for (const [of, keys] of days) {
    const [source = "", day = ""] = of.split("/");
    const revision = await newestRevision(store, source, day);
    const key = manifestKey(source, day, revision);
    const bytes = revision === 0 ? undefined : await store.get(key);
    const sealed = new Set(
      bytes === undefined ? [] : objectsOf(parseManifest(key, bytes)).map((object) => object.key),
    );
    unsealed.push(...[...keys].filter((object) => !sealed.has(object)));
    if (bytes === undefined) continue;
    yield withSum(key, bytes);
    const signature = signatureKey(source, day, revision);
    for await (const found of store.list(signature)) {
      if (found.key === signature) yield withSum(signature, await store.get(signature));
    }
  }
  yield withSum("unsealed.txt", Buffer.from(unsealed.map((key) => `${key}\n`).join("")));
  yield withSum("README.md", Buffer.from(readme(data)));
  yield { path: "SHA256SUMS", bytes: Buffer.from(sums.join("")) };
}

const NEWLINE = Buffer.from("\n");

function hourOfEntry({ source, dateCreate }: TrailEntry): string {
  return hourPrefix(source, dateCreate);
}

/** The commands are tested: they find each byte that was changed. */
function readme({ subject, period, total, entries, version }: TrailData): string {
  return `# Evidence

What the Slack audit logs say about the ${subject.kind} that report.html names, from ${period.from} to ${period.to} (UTC, both days
included): ${total} entries, of which ${entries.length} are here. Written by slack-audit-lake ${version}.

| file | what it is |
| --- | --- |
| report.html | the page; it needs no network and no script |
| entries.ndjson | the entries, byte for byte as Slack sent them, one a line |
| audit_logs/ | the stored objects that hold these entries, with others of the same time |
| manifests/ | of each sealed day: what Slack listed, and the SHA-256 of every object |
| signatures/ | of manifests, where they are signed: ECDSA on P-256, SHA-256 |
| unsealed.txt | objects that no manifest names: of these days, nothing is proved yet |
| SHA256SUMS | of all files here |

## Verify

Run this in the folder, in a POSIX shell with coreutils, gzip and openssl. Each step prints what is wrong and ends with an error, or prints
\`OK\`.

\`\`\`sh
set -eu
export LC_ALL=C

# 1. No file was changed since the bundle was made. Compare the sum of SHA256SUMS itself with one that you noted.
sha256sum --check --quiet --strict SHA256SUMS
sha256sum SHA256SUMS

# 2. Each object is one that a manifest names, byte for byte, or is listed in unsealed.txt.
find manifests -name '*.json' -exec cat {} + 2>/dev/null |
  grep -o '"key":"audit_logs/[^"]*","size_bytes":[0-9]*,"sha256":"[0-9a-f]*"' |
  sed 's/^"key":"\\(.*\\)","size_bytes":[0-9]*,"sha256":"\\(.*\\)"$/\\2  \\1/' > sealed.sums || true
find audit_logs -type f -exec sha256sum {} + | sort > held.sums
sort sealed.sums | comm -13 - held.sums | cut -c 67- | sort > unproved
sort unsealed.txt | comm -13 - unproved | sed 's/$/: not what its manifest says/' > wrong
if [ -s wrong ]; then cat wrong; exit 1; fi

# 3. Each entry is in an object.
find audit_logs -type f -exec gzip -dc {} + | sort > lines
sort entries.ndjson | comm -23 - lines > foreign
if [ -s foreign ]; then echo 'entries that no object holds:'; cat foreign; exit 1; fi
rm -f sealed.sums held.sums unproved wrong lines foreign

# 4. Each signed manifest is one that the key signed. Get public.pem from its owner, not from here.
if [ -f public.pem ] && [ -d signatures ]; then
  find signatures -name '*.sig' | while read -r signature; do
    manifest=$(echo "$signature" | sed 's/^signatures/manifests/; s/sig$/json/')
    openssl dgst -sha256 -verify public.pem -signature "$signature" "$manifest"
  done
fi
echo OK
\`\`\`

What a seal proves, and what it does not, is in docs/operate/integrity.md of slack-audit-lake: a manifest names the one before by its
SHA-256, so a head that was noted outside the archive binds all before it.
`;
}
