import * as z from "zod";
import { type AddressRange, parseRange } from "../addresses.ts";
import { parseSpan } from "./address-span.ts";
import { type ContextFile, ContextFileError, cut, linesOf, textOf } from "./context-file.ts";

/** A network of one's own: an office, a VPN, a provider that people use. */
export interface KnownNetwork {
  /** Its addresses, or the number of the autonomous system that they belong to. */
  of: AddressRange | number;
  /** For people. */
  name: string;
}

/**
 * Read networks of one's own: in each line an address, a range or `AS64500`, then a name.
 *
 * @throws {ContextFileError} naming the line that is wrong, or that the file names no network
 */
export function parseKnownNetworks(file: ContextFile): KnownNetwork[] {
  const networks = linesOf(file).flatMap(({ number, text }) => {
    const found = parseNetwork(text);
    if (found.length > 0) return found;
    throw new ContextFileError(
      file,
      `"${cut(text)}" must be a network and its name: AS64500 Provider, 203.0.113.7 Home, 203.0.113.0/24 Office or 203.0.113.0-203.0.113.255 Office; no second address and no mask may follow`,
      number,
    );
  });
  // Beside none, every address would be an unknown network.
  if (networks.length === 0) throw new ContextFileError(file, "has no network");
  return networks;
}

/** @returns nothing when it is not a network and a name */
function parseNetwork(text: string): KnownNetwork[] {
  const [, number, ofSystem] = /^AS(\d{1,10})[\s,]+(\S.*)$/i.exec(text) ?? [];
  if (number !== undefined) return [{ of: Number(number), name: ofSystem ?? "" }];
  const { ranges = [], rest: name = "" } = parseSpan(text) ?? {};
  return name === "" ? [] : ranges.map((of) => ({ of, name }));
}

const ALLOW_LIST = z.object({
  trusted_cidr: z.array(z.string()).optional(),
  trusted_asns: z.array(z.int().nonnegative()).optional(),
});

/** What Slack's list has no names for. */
const SLACK_NAME = "trusted in Slack";

/**
 * Read what Slack answers to `admin.audit.anomaly.allow.getItem`: the networks for which it
 * reports no anomalies.
 *
 * @see https://docs.slack.dev/reference/methods/admin.audit.anomaly.allow.getItem
 * @throws {ContextFileError} when it is not such an answer
 */
export function parseSlackAllowList(file: ContextFile): KnownNetwork[] {
  let parsed: z.infer<typeof ALLOW_LIST>;
  try {
    parsed = ALLOW_LIST.parse(JSON.parse(textOf(file)));
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? cut(cause.message) : "it lacks lists of them";
    throw new ContextFileError(
      file,
      `is not the answer of admin.audit.anomaly.allow.getItem, with trusted_cidr and trusted_asns: ${problem}`,
      undefined,
      cause,
    );
  }
  const { trusted_cidr = [], trusted_asns = [] } = parsed;
  if (trusted_cidr.length + trusted_asns.length === 0) {
    throw new ContextFileError(file, "has neither trusted_cidr nor trusted_asns");
  }
  const ranges = trusted_cidr.map((text) => {
    const range = parseRange(text);
    if (range === undefined) {
      throw new ContextFileError(file, `trusted_cidr has "${cut(text)}", which is no range`);
    }
    return range;
  });
  return [...ranges, ...trusted_asns].map((of) => ({ of, name: SLACK_NAME }));
}
