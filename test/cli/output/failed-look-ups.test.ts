import { expect, it, vi } from "vitest";
import { reportFailedLookUps } from "../../../cli/output/failed-look-ups.ts";
import { AddressContext } from "../../../lib/detect/context/address-context.ts";

it("says once, and with their number, that look-ups of addresses failed", () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const addresses = new AddressContext({
    countries: {
      country: () => {
        throw new Error("Unknown type 73");
      },
    },
  });
  for (const last of [1, 2, 3]) addresses.of(`192.0.2.${last}`);
  reportFailedLookUps(addresses);
  reportFailedLookUps(addresses);
  reportFailedLookUps(undefined);
  expect(write.mock.calls).toEqual([
    [
      "audit-lake: --countries: 3 look-ups failed, whose facts are missing (Unknown type 73); download the file again\n",
    ],
  ]);
  write.mockRestore();
});
