import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROOF = fileURLToPath(new URL("../../bench/backfill-proof.ts", import.meta.url));

// `npm run proof:backfill`, which .ci/run calls, kills a large one ten times.
it("a backfill killed three times ends equal to the truth", async () => {
  const args = ["--entries", "1500", "--days", "20", "--kills", "3", "--json"];
  const child = spawn(process.execPath, [PROOF, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  expect(JSON.parse(stdout)).toMatchObject({
    entries: 1500,
    kills: 3,
    archived: 1500,
    missing: 0,
    twice: 0,
    misplaced: 0,
    isEqual: true,
  });
  expect(code).toBe(0);
});
