import type { TrailData } from "./trail.ts";

/**
 * What is in a bundle of evidence, and how to verify it without this program.
 * The commands are tested: they find each byte that was changed, and who makes the sums anew.
 */
export function evidenceReadme({ subject, period, total, entries, version }: TrailData): string {
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
| unsealed.txt | objects that no manifest names: nothing proves what is in them |
| SHA256SUMS | of all files here |

## Verify

Run this in the folder, in a POSIX shell with coreutils, gzip and openssl. It prints what is wrong and ends with an error, or its last
line begins with \`OK\`. It is a bare \`OK\` only when every object is one that a signed manifest names; otherwise the line says
what nothing proves.

Get public.pem from the owner of the archive, never with the bundle. Whoever forges a bundle can change this file too: take the commands
from a bundle that you made yourself with the same version.

\`\`\`sh
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\\n' "$1"; exit 1; }

# 1. No file was changed since the bundle was made. Compare the sum of SHA256SUMS itself with one that you noted.
sha256sum --check --quiet --strict SHA256SUMS
sha256sum SHA256SUMS

# 2. Each manifest is that of its source and day, and the key signed it.
find manifests -type f 2>/dev/null | sort > "$work/manifests"
find signatures -type f 2>/dev/null | sed 's/^signatures/manifests/; s/sig$/json/' | sort |
  comm -13 "$work/manifests" - | sed 's/$/: its signature is here, and it is not/' > "$work/wrong"
if [ -s "$work/wrong" ]; then cat "$work/wrong"; exit 1; fi
: > "$work/sealed"; : > "$work/days"; : > "$work/previous"
while IFS= read -r manifest; do
  # Version 1 has no revision: the first of the day.
  of=$(sed -n '1s/^{"version":[0-9]*,"source":"\\([^"]*\\)","day":"\\([^"]*\\)",.*/source=\\1\\/dt=\\2/p' "$manifest")
  revision=$(sed -n '1s/^{"version":[0-9]*,"source":"[^"]*","day":"[^"]*","revision":\\([0-9]*\\),.*/\\1/p' "$manifest")
  name=manifests/$of.json
  if [ "\${revision:=1}" != 1 ]; then name=manifests/$of.$revision.json; fi
  if [ "$name" != "$manifest" ]; then fail "$manifest: it is another's manifest"; fi
  signature=$(printf '%s\\n' "$manifest" | sed 's/^manifests/signatures/; s/json$/sig/')
  if [ ! -f "$signature" ]; then
    printf '%s\\n' "$manifest: it has no signature"
    if [ -f public.pem ]; then exit 1; fi
  elif [ -f public.pem ]; then
    openssl dgst -sha256 -verify public.pem -signature "$signature" "$manifest" ||
      fail "$manifest: not what this key signed"
  fi
  printf '%s\\n' "$of $revision" >> "$work/days"
  sed -n -e 's/.*"previous":{"day":"\\([^"]*\\)","sha256":.*/\\1 1/p' \\
    -e 's/.*"previous":{"day":"\\([^"]*\\)","revision":\\([0-9]*\\),.*/\\1 \\2/p' "$manifest" |
    sed "s/^/\${of%/*}\\/dt=/" >> "$work/previous"
  grep -o '"key":"audit_logs/[^"]*","size_bytes":[0-9]*,"sha256":"[0-9a-f]*"' "$manifest" |
    sed 's/^"key":"\\(.*\\)","size_bytes":[0-9]*,"sha256":"\\(.*\\)"$/\\2  \\1/' >> "$work/sealed"
done < "$work/manifests"

# 3. The manifest of no day was taken out that another manifest here names.
while read -r of revision; do
  have=$(sed -n "s,^$of ,,p" "$work/days" | sort -n | tail -n 1)
  if [ -d "audit_logs/$of" ] && [ "\${have:-0}" -lt "$revision" ]; then
    fail "$of: a later manifest names one of this day that is not here"
  fi
done < "$work/previous"

# 4. Each object that a manifest names is what it says, byte for byte. All others are listed in unsealed.txt.
sort -u -o "$work/sealed" "$work/sealed"
cut -c 67- "$work/sealed" | sort -u > "$work/named"
find audit_logs -type f -exec sha256sum {} + | sort > "$work/held"
comm -23 "$work/held" "$work/sealed" | cut -c 67- | sort > "$work/others"
{ comm -12 "$work/others" "$work/named"; cut -c 67- "$work/sealed" | sort | uniq -d; } |
  sed 's/$/: not what its manifest says/' > "$work/wrong"
if [ -s "$work/wrong" ]; then cat "$work/wrong"; exit 1; fi
sort unsealed.txt | comm -3 "$work/others" - | tr -d '\\t' | sed 's/$/: unsealed.txt is wrong about it/' > "$work/wrong"
if [ -s "$work/wrong" ]; then cat "$work/wrong"; exit 1; fi

# 5. Each entry is in an object.
find audit_logs -type f -exec gzip -dc {} + | sort > "$work/lines"
sort entries.ndjson | comm -23 - "$work/lines" > "$work/foreign"
if [ -s "$work/foreign" ]; then echo 'entries that no object holds:'; cat "$work/foreign"; exit 1; fi

sed 's/^/unsealed: /' "$work/others"
result=OK
but=', but'
if [ ! -f public.pem ]; then
  result="$result$but no signature was checked: there is no public.pem"
  but=' and'
fi
if [ -s "$work/others" ]; then
  result="$result$but $(($(wc -l < "$work/others"))) of $(($(wc -l < "$work/held"))) objects unsealed: nothing proves what is in them"
fi
echo "$result"
\`\`\`

The commands prove that the entries are those of the archive. They do not prove that nothing was left out, nor that report.html says what
the entries say. Of a day with unsealed objects, ask the owner of the archive whether it is sealed by now.

What a seal proves, and what it does not, is in docs/operate/integrity.md of slack-audit-lake: a manifest names the one before by its
SHA-256, so a head that was noted outside the archive binds all before it.
`;
}
