import { expect, it } from "vitest";
import { describeVerified } from "../../../cli/output/verify-report.ts";
import { verify } from "../../../lib/seal/verify.ts";
import { MemoryArchiveStore } from "../../fakes/memory-archive-store.ts";

it("names the lines in which the archive and Slack differ, with their control characters shown", async () => {
  const report = await verify(new MemoryArchiveStore(), { source: "grid" });
  expect(describeVerified(report, true)).not.toMatch(/archive only|twice|differs/);

  const ids = Array.from({ length: 12 }, (_, at) => `id${at}`);
  const text = describeVerified(
    {
      ...report,
      ...{ onlyInArchive: 1, onlyInArchiveIds: ["forged\u001b[2J"] },
      ...{ twice: 300, twiceIds: ids },
    },
    true,
  );
  expect(text).toMatch(
    /^archive only +1 line that Slack did not list at their time: forged\\u001b\[2J$/m,
  );
  expect(text).toMatch(/^twice +300 lines with the id of another: id0, .*id9, .*2 more$/m);
  expect(text).not.toMatch(/^differs/m);
});
