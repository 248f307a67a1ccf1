/** A process that takes the lease of `acme` and claims its first 100 seconds, says so, and keeps it until it is killed. */
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";

const [directory = "", leaseText = "", nowMs] = process.argv.slice(2);
const lease = JSON.parse(leaseText);
const store = new SqliteCheckpointStore(directory);
await store.acquire("acme", lease, Number(nowMs));
await store.save(
  "acme",
  lease,
  { start: 0, watermark: 1_700_000_000, entriesPerSecond: 2.5 },
  Number(nowMs),
);
await store.claim(
  "acme",
  { ...lease, writer: "acme", range: { from: 0, until: 100 } },
  Number(nowMs),
);
process.send?.("held");
// The channel to the parent keeps the process, and with it the lease, alive.
process.on("disconnect", () => store.close());
