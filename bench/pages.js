// Slack's listing in plain Node and nothing else: what the floors are measured with.
import http from "node:http";

/** Bodies of the pages from the first second on, to before the last, newest first, and each parsed. */
export async function* pagesOf(baseUrl, token, from, until) {
  const agent = new http.Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${token}` };
  let cursor = "";
  do {
    const query = { oldest: from, latest: String(Number(until) - 1), limit: "9999" };
    const parameters = new URLSearchParams(cursor === "" ? query : { ...query, cursor });
    const body = await download(`${baseUrl}logs?${parameters}`, { agent, headers });
    const page = JSON.parse(body.toString());
    yield { body, entries: page.entries };
    cursor = page.response_metadata?.next_cursor ?? "";
  } while (cursor !== "");
  agent.destroy();
}

function download(url, options) {
  return new Promise((resolve, reject) => {
    http
      .get(url, options, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks)));
        response.on("error", reject);
      })
      .on("error", reject);
  });
}
