import { describe, expect, it } from "vitest";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { sealWriter } from "../../lib/archive/writer.ts";
import { hashOf } from "../../lib/seal/manifest.ts";
import {
  close,
  DAY,
  expectSealed,
  manifestOf,
  NEXT_DAY,
  SOURCE,
  settle,
  startSettledTestBed,
} from "./test-bed.ts";

describe("the chain", () => {
  it("names the day that was sealed before", async () => {
    await using bed = await startSettledTestBed();
    await close(bed);
    await settle(bed);
    await close(bed, { day: NEXT_DAY });
    const first = await bed.archive.get(manifestKey(SOURCE, DAY));
    expect(await manifestOf(bed, NEXT_DAY)).toMatchObject({
      sequence: 2,
      previous: { day: DAY, sha256: hashOf(first) },
    });
    await expectSealed(bed, [DAY, NEXT_DAY]);
  });

  it("goes on in the order of sealing, whatever the order of days", async () => {
    await using bed = await startSettledTestBed();
    await settle(bed);
    await close(bed, { day: NEXT_DAY });
    await close(bed);
    expect(await manifestOf(bed)).toMatchObject({ sequence: 2, previous: { day: NEXT_DAY } });
    await expectSealed(bed, [DAY, NEXT_DAY]);
  });

  it.each(["lost", "old"])(
    "is found again in the archive when the checkpoint is %s",
    async (how) => {
      await using bed = await startSettledTestBed();
      await settle(bed);
      await settle(bed);
      await close(bed);
      const old = await bed.checkpoints.read(sealWriter(SOURCE));
      await close(bed, { day: NEXT_DAY });
      bed.checkpoints.items.delete(sealWriter(SOURCE));
      if (how === "old" && old) bed.checkpoints.items.set(sealWriter(SOURCE), old);
      await close(bed, { day: "2026-03-04" });
      await expectSealed(bed, [DAY, NEXT_DAY, "2026-03-04"]);
    },
  );
});
