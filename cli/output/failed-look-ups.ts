import type { AddressContext } from "../../lib/detect/context/address-context.ts";
import { toErrorLine } from "../errors.ts";
import { formatCounted } from "./format.ts";

/** Where each database comes from. */
const DATABASE_OPTIONS = { countries: "--countries", owners: "--network-owners" } as const;

/** Say once that look-ups failed, since this was called last. */
export function reportFailedLookUps(
  addresses: Pick<AddressContext, "takeFailures"> | undefined,
): void {
  for (const { database, count, error } of addresses?.takeFailures() ?? []) {
    const failed = `${formatCounted(count, "look-up")} failed, whose facts are missing`;
    process.stderr.write(
      toErrorLine(
        `${DATABASE_OPTIONS[database]}: ${failed} (${error.message}); download the file again`,
      ),
    );
  }
}
