// The least that any collector does with a listing: download each page, parse it, compress it as the
// archive does. Plain Node and nothing else. Prints how many entries came.
import http from "node:http";
import { gzipSync } from "node:zlib";

const [baseUrl, token, from, until] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });

let entries = 0;
let cursor = "";
do {
  const query = { oldest: from, latest: String(Number(until) - 1), limit: "9999" };
  const parameters = new URLSearchParams(cursor === "" ? query : { ...query, cursor });
  const body = await download(`${baseUrl}logs?${parameters}`);
  const page = JSON.parse(body.toString());
  gzipSync(body, { level: 5, memLevel: 9 });
  entries += page.entries.length;
  cursor = page.response_metadata?.next_cursor ?? "";
} while (cursor !== "");
agent.destroy();
process.stdout.write(JSON.stringify({ entries }));

function download(url) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    http
      .get(url, { agent, headers }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks)));
        response.on("error", reject);
      })
      .on("error", reject);
  });
}
