import { decodeLines } from "../archive/archive-object.ts";
import { type ObjectName, parseObjectKey } from "../archive/object-key.ts";
import type { ArchiveStore } from "../ports.ts";
import type { Clock } from "../slack/clock.ts";
import { nowSeconds } from "../time.ts";
import type { Alert } from "./alert.ts";
import type { AlertLog } from "./alert-log.ts";
import { correlate } from "./correlate.ts";
import type { Detector, Findings } from "./detector.ts";
import { textAt } from "./entry-fields.ts";
import type { AddressTable, AlertLedger, CorrelationStore, NotificationSink } from "./ports.ts";
import { AlertsNotRaisedError, type Raised, raiseAlerts } from "./raise-alerts.ts";
import { addSeenNames } from "./schema-names.ts";
import type { SeenNames } from "./seen-names.ts";

/**
 * How long after an object is written its event may still be delivered: 14 days
 * in a queue, and as long again when it is sent back from the dead letters.
 */
const MAX_DELIVERY_SECONDS = 28 * 86_400;

/** An object of the archive, as its event describes it. */
export interface NewObject {
  key: string;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** What became of an object. */
export interface Consumed extends Omit<Findings, "alerts" | "stretches">, Raised {
  /** Its entries are history, for example from a backfill; it was not read. */
  tooOld: boolean;
  /** Actions, entity types and fields seen for the first time. */
  newNames: number;
}

export interface ConsumePorts {
  archive: Pick<ArchiveStore, "get">;
  detector: Detector;
  correlations: CorrelationStore;
  ledger: AlertLedger;
  sink: NotificationSink;
  /** Absent where nobody keeps alerts. */
  log?: Pick<AlertLog, "keep"> | undefined;
  /** Absent where nobody compares Slack's names with those seen. */
  vocabulary?: SeenNames;
  /** Absent: nobody asks by SQL what is known of addresses. */
  addressTable?: AddressTable | undefined;
  clock: Pick<Clock, "nowMs">;
  /** Told at once, whatever fails later: the event's next delivery finds the alerts published. */
  onRaised?(raised: Raised): void;
}

/**
 * Run the rules on a new object and publish their alerts. Repeating this
 * publishes nothing twice.
 *
 * Age is measured from the entries to the object, not to now, so that an event has
 * the same result whenever it is delivered.
 *
 * @param maxEntryAgeSeconds - entries that were older when the object was written raise no alerts
 * @param owner - unique to this attempt
 * @throws {RangeError} when `key` is not that of an object of audit logs
 * @throws {ArchiveObjectError} when the object is damaged
 * @throws {AlertsNotRaisedError} after everything else is done, and whatever the stores throw;
 *   the event must be delivered again
 */
export async function consumeObject(
  { key, createdAt }: NewObject,
  ports: ConsumePorts,
  { maxEntryAgeSeconds, owner }: { maxEntryAgeSeconds: number; owner: string },
): Promise<Consumed> {
  const name = parseObjectKey(key);
  if (name === undefined) {
    throw new RangeError(`${key} is not the key of an object of audit logs`);
  }
  if (createdAt / 1000 - name.maxDateCreate > maxEntryAgeSeconds) {
    const nothing = { entries: 0, matches: 0, published: 0, suppressed: 0, newNames: 0 };
    return { ...nothing, unreadable: [], failures: new Map(), withheld: [], tooOld: true };
  }

  const lines = await decodeLines(key, await ports.archive.get(key));
  const terms = new Set<string>();
  const addresses = new Set<string>();
  const { alerts, stretches, ...findings } = ports.detector.detect(key, lines, {
    now: nowSeconds(ports.clock),
    onEntry: (entry) => {
      if (ports.vocabulary !== undefined) addSeenNames(terms, entry);
      if (ports.addressTable === undefined) return;
      const address = textAt(entry, "context", "ip_address");
      if (address !== undefined) addresses.add(address);
    },
  });
  // The ledger must remember an alert for as long as any event can still raise it.
  const forgetAfterSeconds = maxEntryAgeSeconds + MAX_DELIVERY_SECONDS;
  const raise = async (some: readonly Alert[]) => {
    const { inFlight, errors, ...raised } = await raiseAlerts(some, ports, {
      owner,
      forgetAfterSeconds,
    });
    ports.onRaised?.(raised);
    return { ...raised, inFlight, errors };
  };
  const single = await raise(alerts);
  // The alerts before need no other object: what goes wrong here holds none of them up.
  const correlated = await correlate(
    stretches,
    ports.correlations,
    ports.detector.settings,
    forgetAfterSeconds,
  );
  const several = await raise(correlated);
  const newNames = (await ports.vocabulary?.record(name.source, terms)) ?? 0;
  await writeAddresses(name, addresses, ports);
  const inFlight = single.inFlight + several.inFlight;
  const errors = [...single.errors, ...several.errors];
  if (inFlight + errors.length > 0) throw new AlertsNotRaisedError({ inFlight, errors });
  const matches = findings.matches + correlated.length;
  const raised = {
    published: single.published + several.published,
    suppressed: single.suppressed + several.suppressed,
    withheld: [...single.withheld, ...several.withheld],
  };
  return { ...findings, matches, ...raised, tooOld: false, newNames };
}

async function writeAddresses(
  object: ObjectName,
  addresses: ReadonlySet<string>,
  { addressTable, detector }: Pick<ConsumePorts, "addressTable" | "detector">,
): Promise<void> {
  const known = detector.settings.context.addresses;
  if (addressTable === undefined || known === undefined || addresses.size === 0) return;
  await addressTable.write(
    object,
    Array.from(addresses, (address) => ({ address, ...known.of(address) })),
  );
}
