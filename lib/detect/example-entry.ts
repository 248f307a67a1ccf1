import type { AuditLogEntry, Details, Entity } from "../slack/types.ts";
import { parseRange } from "./addresses.ts";
import { AddressContext, TOR_LIST } from "./context/address-context.ts";
import type { RuleContext } from "./rule.ts";

/** Entities for examples, by type. */
export const EXAMPLE_ENTITIES = {
  user: { type: "user", user: { id: "U0TARGET01", name: "Bo Diaz", email: "bo@example.com" } },
  app: {
    type: "app",
    app: { id: "A0EXAMPLE1", name: "Notion", scopes: ["channels:read"] },
  },
  channel: {
    type: "channel",
    channel: {
      id: "C0EXAMPLE1",
      name: "deal-room",
      privacy: "private",
      is_shared: false,
      is_org_shared: false,
    },
  },
  enterprise: {
    type: "enterprise",
    enterprise: { id: "E0EXAMPLE1", name: "Example", domain: "example" },
  },
  file: {
    type: "file",
    file: { id: "F0EXAMPLE1", name: "plan.zip", title: "plan", filetype: "zip" },
  },
} satisfies Record<string, Entity>;

/** An entry as Slack sends it, for the test cases of a rule. */
export function exampleEntry(
  action: string,
  more: {
    entity?: Entity;
    details?: Details;
    actorUserId?: string;
    ipAddress?: string;
    /** The app through which it was done. */
    appId?: string;
    sessionId?: number;
  } = {},
): AuditLogEntry {
  return {
    id: "11111111-2222-4333-8444-555555555555",
    date_create: 1_766_105_755,
    action,
    actor: {
      type: "user",
      user: {
        id: more.actorUserId ?? "U0ADMIN001",
        name: "Ada Moe",
        email: "ada@example.com",
        team: "E0EXAMPLE1",
      },
    },
    entity: more.entity ?? EXAMPLE_ENTITIES.enterprise,
    context: {
      location: { type: "enterprise", id: "E0EXAMPLE1", name: "Example", domain: "example" },
      ua: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
      ip_address: more.ipAddress ?? "192.0.2.10",
      session_id: more.sessionId ?? 10137226569043,
      ...(more.appId === undefined ? {} : { app: { id: more.appId, name: "Notion" } }),
    },
    ...(more.details === undefined ? {} : { details: more.details }),
  };
}

/**
 * Entries in the order of time, each with an id of its own.
 *
 * @param entryOf - the entry of each index
 * @param startSeconds - how long after the examples' time it begins
 */
export function exampleSeries(
  count: number,
  entryOf: (index: number) => AuditLogEntry,
  { startSeconds = 0, stepSeconds = 1 } = {},
): AuditLogEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const entry = entryOf(index);
    const seconds = startSeconds + index * stepSeconds;
    return {
      ...entry,
      id: `${entry.action}-${seconds}`,
      date_create: entry.date_create + seconds,
    };
  });
}

/** A file of its own for each index. */
export function exampleFile(index: number, name = `plan-${index}.pdf`): Entity {
  return { type: "file", file: { id: `F${index}`, name, title: name, filetype: "pdf" } };
}

/** A user of its own for each index. */
export function exampleUser(index: number): Entity {
  return { type: "user", user: { id: `U${index}`, name: `User ${index}` } };
}

/** A channel of its own for each index. */
export function exampleChannel(index: number): Entity {
  const channel = { ...EXAMPLE_ENTITIES.channel.channel, id: `C${index}`, name: `team-${index}` };
  return { type: "channel", channel };
}

/** Addresses of examples: each of another country, network or list. */
export const EXAMPLE_ADDRESSES = {
  office: "192.0.2.10",
  home: "198.51.100.7",
  abroad: "203.0.113.7",
  tor: "203.0.113.66",
  threat: "203.0.113.99",
} as const;

/** What the files of examples say: everything is abroad but the office and a home. */
export function exampleContext(): RuleContext {
  const { office, home, tor, threat } = EXAMPLE_ADDRESSES;
  const ranges = (...texts: string[]) => texts.flatMap((text) => parseRange(text) ?? []);
  return {
    ownAppIds: [],
    ownInstallerIds: [],
    addresses: new AddressContext({
      countries: {
        country: (address) => ([office, home].some((at) => at === address) ? "DE" : "BR"),
      },
      networks: ranges(office).map((of) => ({ of, name: "Office" })),
      lists: [
        { name: TOR_LIST, ranges: ranges(tor) },
        { name: "threats.txt", ranges: ranges(threat) },
      ],
    }),
  };
}
