import { expect, it } from "vitest";
import { PUT_LIMIT_MS } from "../../lib/aws/s3-archive-store.ts";
import { RESERVE_MS } from "../../lib/stack/reserve.ts";

/** Three attempts of 5 s, and the waits between them: see lib/aws/client-options.ts. */
const SAVE_MS_MAX = 20_000;

it("leaves time for a put that takes all of its limit, and for the last save", () => {
  expect(RESERVE_MS).toBeGreaterThanOrEqual(PUT_LIMIT_MS + SAVE_MS_MAX);
});
