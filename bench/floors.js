// The least that each job does with the objects of an archive, in plain Node: gunzip and hash them, as
// `verify` must; gunzip and parse them, as `detect` must; or, as `seal` must, list, parse and hash:
// gunzip the objects and hash each line, and download and parse what Slack lists and hash each entry's
// text. Each by itself, because a seal says which entry differs; a page is not listed as an object is
// stored, so that hashes of whole ones could not be compared. Nothing is compared here, the archived
// lines are not parsed, and no object is hashed as a whole, which a manifest takes besides.
import { createHash, hash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { pagesOf } from "./pages.js";

const [job, directory, ...listing] = process.argv.slice(2);
const files = globSync("audit_logs/**/*.json.gz", { cwd: directory }).toSorted();

const jobs = {
  verify: () => eachText(sha256),
  seal: async () => {
    let hashed = 0;
    eachText((text) => {
      for (let start = 0; start < text.length; ) {
        const end = text.indexOf("\n", start);
        hash("sha256", text.subarray(start, end), "binary");
        hashed += 1;
        start = end + 1;
      }
    });
    for await (const { body, entries } of pagesOf(...listing)) {
      for (const text of textsOf(body, entries)) hash("sha256", text, "binary");
      hashed -= entries.length;
    }
    if (hashed !== 0) throw new Error("the archive does not have as many entries as Slack lists");
  },
  detect: () =>
    eachText((text) => {
      for (const line of text.toString().trimEnd().split("\n")) JSON.parse(line);
    }),
};
await jobs[job]();

/** Of the made-up organization each entry begins with its id, so that its text is found without a scan. */
function* textsOf(body, entries) {
  let start = body.indexOf('{"id":');
  for (const { id } of entries.slice(1)) {
    const next = body.indexOf(`{"id":"${id}"`, start + 1);
    yield body.subarray(start, next - 1);
    start = next;
  }
  if (entries.length > 0) yield body.subarray(start, body.lastIndexOf("]"));
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function eachText(use) {
  for (const file of files) use(gunzipSync(readFileSync(join(directory, file))));
}
