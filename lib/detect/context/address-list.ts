import type { AddressRange } from "../addresses.ts";
import { parseSpan } from "./address-span.ts";
import { type ContextFile, ContextFileError, cut, linesOf } from "./context-file.ts";

/** What Tor's own list of exits has besides the addresses. */
const TOR_LINES = /^(?:ExitNode|Published|LastStatus)\s/;

/**
 * Read a list of addresses: one address or range a line, and after `#` or `;` what is to be
 * ignored. So are published lists of threats, and both lists of Tor's exits: the bare one, and
 * the one with `ExitAddress 203.0.113.7 2026-01-01 00:00:00`.
 *
 * @see https://check.torproject.org/torbulkexitlist
 * @see https://check.torproject.org/exit-addresses
 * @throws {ContextFileError} naming the line that is none, or that the list is empty
 */
export function parseAddressList(file: ContextFile): AddressRange[] {
  const ranges = linesOf(file)
    .filter(({ text }) => !TOR_LINES.test(text))
    .flatMap(({ number, text }) => {
      const [, exit] = /^ExitAddress\s+(\S+)/.exec(text) ?? [];
      const span = parseSpan(exit ?? text);
      if (span === undefined) {
        throw new ContextFileError(
          file,
          `"${cut(text)}" must begin with one address or range: 203.0.113.7, 203.0.113.0/24 or 203.0.113.0-203.0.113.255; no second address and no mask may follow`,
          number,
        );
      }
      return span.ranges;
    });
  // A download that failed leaves an empty file: that is no reason to find nothing.
  if (ranges.length === 0) throw new ContextFileError(file, "has no address");
  return ranges;
}
