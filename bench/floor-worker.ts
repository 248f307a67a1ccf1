/**
 * The least that any collector does with a page: parse it, compress it. Lists
 * the same span with plain fetch, and counts the CPU of these two steps alone.
 */
import { gzipSync } from "node:zlib";
import type { FloorUse, IngestJob } from "./job.ts";

const job: IngestJob = JSON.parse(process.env.JOB ?? "{}");

const floor: FloorUse = { entries: 0, bodyBytes: 0, cpuSeconds: 0 };
let cursor = "";
do {
  const url = new URL("logs", job.baseUrl);
  const query = { oldest: job.from, latest: job.until - 1, limit: 9999, ...(cursor && { cursor }) };
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.set(name, String(value));
  }
  const response = await fetch(url, { headers: { authorization: `Bearer ${job.token}` } });
  const body = Buffer.from(await response.arrayBuffer());
  const before = process.cpuUsage();
  const page = JSON.parse(body.toString());
  gzipSync(body);
  const { user, system } = process.cpuUsage(before);
  floor.cpuSeconds += (user + system) / 1e6;
  floor.entries += page.entries.length;
  floor.bodyBytes += body.byteLength;
  cursor = page.response_metadata?.next_cursor ?? "";
} while (cursor !== "");
console.log(JSON.stringify(floor));
