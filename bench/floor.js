// The least that any collector does with a listing: download each page, parse it, compress it as the
// archive does. Prints how many entries came.
import { gzipSync } from "node:zlib";
import { pagesOf } from "./pages.js";

const [baseUrl, token, from, until] = process.argv.slice(2);
let count = 0;
for await (const { body, entries } of pagesOf(baseUrl, token, from, until)) {
  gzipSync(body, { level: 5, memLevel: 9 });
  count += entries.length;
}
process.stdout.write(JSON.stringify({ entries: count }));
