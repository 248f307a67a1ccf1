// The least that each job does with the objects of an archive, in plain Node: gunzip and hash them, as
// `verify` must; gunzip and parse them, as `detect` must; or gunzip and hash them and download, parse
// and hash what Slack lists, as `seal` must.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { pagesOf } from "./pages.js";

const [job, directory, ...listing] = process.argv.slice(2);
const files = globSync("audit_logs/**/*.json.gz", { cwd: directory }).toSorted();

const jobs = {
  verify: () => eachText(sha256),
  seal: async () => {
    eachText(sha256);
    for await (const { body } of pagesOf(...listing)) sha256(body);
  },
  detect: () =>
    eachText((text) => {
      for (const line of text.toString().trimEnd().split("\n")) JSON.parse(line);
    }),
};
await jobs[job]();

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function eachText(use) {
  for (const file of files) use(gunzipSync(readFileSync(join(directory, file))));
}
