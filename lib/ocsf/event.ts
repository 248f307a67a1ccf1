import { isIP } from "node:net";
import { type ByteText, fromByteText } from "./byte-text.ts";
import { CLASSES, type OcsfClass, PROFILES, type SchemaVersion } from "./classes.ts";
import { type EventHead, headFor } from "./heads.ts";
import type { Members, Remains, Text } from "./members.ts";
import { describeTarget, findEntity, takeUser } from "./target.ts";

/**
 * An event of OCSF, as far as all classes are alike; see `target.ts` for what they differ in.
 * Attributes may be undefined, here and below: JSON has none of them. Texts are all byte texts, or
 * all plain ones, as the line is.
 */
export interface OcsfEvent<Line extends string = ByteText> extends EventHead {
  /** Epoch milliseconds; 0 when the entry does not say. */
  time: number;
  metadata: {
    version: SchemaVersion;
    product: { name: string; vendor_name: string };
    profiles: readonly string[];
    log_name: string;
    log_provider: string;
    /** The source: the Slack organization, as the configuration names it. */
    tenant_uid: string;
    /** The entry's id. */
    uid?: string | undefined;
    /** The action. */
    event_code?: string | undefined;
    /** `date_create`. */
    original_time?: string | undefined;
  };
  actor: Members;
  cloud: Members;
  /** What of the entry has no place, where it was. */
  unmapped?: Members | undefined;
  /** The exact line. */
  raw_data: Line;
  [attribute: string]: unknown;
}

/**
 * Make an event of an entry; of one of slots, an event of slots. Whatever the line holds, the event
 * is valid, and nothing of the line is dropped.
 *
 * @param remains - is taken apart
 * @param line - the exact text that the entry was parsed from, without a line break
 * @param source - where it comes from: the organization, as the configuration names it
 */
export function describeEntry(
  remains: Remains,
  line: Text,
  source: string,
  version: SchemaVersion,
): Members {
  const { entry } = remains;
  const actionText = remains.takeText(entry, "action");
  const action = actionText && remains.read(actionText);
  const { className, privilege, fields } = headFor(action);
  const uid = remains.takeText(entry, "id");
  const originalTime = remains.takeText(entry, "date_create");
  const time = originalTime === undefined ? 0 : remains.calculate(originalTime, toMilliseconds);
  const context = remains.at(entry, "context");
  const actor = takeActor(remains, context);
  const cloud = takeCloud(remains, context);
  const { src_endpoint, device, http_request } = takeClient(
    remains,
    context,
    CLASSES[className],
    version,
  );
  const target = describeTarget(className, {
    remains,
    actor,
    version,
    privilege,
    time,
    action: action ?? "unknown",
    uid,
    entity: findEntity(remains),
    details: remains.at(entry, "details"),
  });
  const event: Members = {
    ...fields,
    time,
    metadata: {
      version,
      product: PRODUCT,
      profiles: PROFILES,
      log_name: "audit_logs",
      log_provider: "Slack Audit Logs API",
      tenant_uid: source,
      uid,
      event_code: action,
      original_time: originalTime,
    },
    actor,
    cloud,
    src_endpoint,
    device,
    http_request,
    raw_data: line,
    unmapped: remains.rest(),
  };
  return Object.assign(event, target);
}

const PRODUCT = { name: "Slack", vendor_name: "Slack" } as const;

/** Slack's seconds are integers, and anything else in what was imported. */
function toMilliseconds(epochSeconds: string): number {
  const milliseconds = Math.round(Number(fromByteText(epochSeconds)) * 1000);
  return Number.isSafeInteger(milliseconds) ? milliseconds : 0;
}

function takeActor(remains: Remains, context: Members | undefined): Members {
  const outer = remains.at(remains.entry, "actor");
  const type = remains.takeText(outer, "type");
  const user = takeUser(remains, remains.at(outer, "user"), type);
  const session = remains.takeText(context, "session_id");
  const app = remains.at(context, "app");
  const appUid = remains.takeText(app, "id");
  const appName = remains.takeText(app, "name");
  return {
    user,
    session: session === undefined ? undefined : { uid: session },
    app_uid: appUid,
    app_name: appName,
  };
}

/** The workspace or organization where it was done. */
function takeCloud(remains: Remains, context: Members | undefined): Members {
  const location = remains.at(context, "location");
  const uid = remains.takeText(location, "id");
  const name = remains.takeText(location, "name");
  if (uid === undefined && name === undefined) return { provider: "Slack" };
  const type = remains.takeText(location, "type");
  return { provider: "Slack", account: { uid, name, type, type_id: 99 } };
}

const isAddress = (text: string) => isIP(text) !== 0;

interface Client {
  src_endpoint: Members | undefined;
  device: Members | undefined;
  http_request: Members | undefined;
}

/** Where the request came from, and with what. */
function takeClient(
  remains: Remains,
  context: Members | undefined,
  { address, userAgentSince }: OcsfClass,
  version: SchemaVersion,
): Client {
  const ip = remains.takeTextLike(context, "ip_address", isAddress);
  const hasUserAgent = userAgentSince !== undefined && version >= userAgentSince;
  const userAgent = hasUserAgent ? remains.takeText(context, "ua") : undefined;
  const isEndpoint = address === "src_endpoint";
  const name = ip === undefined ? "Unknown" : undefined;
  return {
    src_endpoint: isEndpoint ? { ip, name } : undefined,
    device: isEndpoint || ip === undefined ? undefined : { ip, type: "Unknown", type_id: 0 },
    http_request: userAgent === undefined ? undefined : { user_agent: userAgent },
  };
}
