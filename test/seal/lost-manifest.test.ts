import { describe, expect, it } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { verify } from "../../lib/seal/verify.ts";
import { close, DAY, NEXT_DAY, SOURCE, settle, startSettledTestBed } from "./test-bed.ts";

const FIRST = manifestKey(SOURCE, DAY);

describe("a seal of a day whose manifest was removed", () => {
  it("says so when the checkpoint knows it as the newest", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    expect((await close(bed)).lostManifest).toBeUndefined();
    bed.archive.objects.delete(FIRST);

    expect(await close(bed)).toMatchObject({ outcome: "sealed", lostManifest: FIRST });
  });

  it("says so when the one after it names it, and verify finds that it is another", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    await close(bed);
    await settle(bed);
    await close(bed, { day: NEXT_DAY });
    bed.archive.objects.delete(FIRST);

    expect(await close(bed)).toMatchObject({ outcome: "sealed", lostManifest: FIRST });
    expect((await verify(bed.archive, { source: SOURCE })).damages).toMatchObject([
      { kind: "manifest_changed", key: FIRST },
    ]);
  });

  it("says so of a later manifest of the day", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    await close(bed);
    await close(bed, { again: true });
    const second = manifestKey(SOURCE, DAY, 2);
    bed.archive.objects.delete(second);

    expect(await close(bed)).toMatchObject({ outcome: "sealed", lostManifest: second });
  });

  it("says nothing of a day that was never sealed, though another's manifest is gone", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    await close(bed);
    await settle(bed);
    bed.archive.objects.delete(FIRST);

    expect((await close(bed, { day: NEXT_DAY })).lostManifest).toBeUndefined();
  });
});
