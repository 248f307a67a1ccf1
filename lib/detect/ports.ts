import type { ObjectName } from "../archive/object-key.ts";

/** A message for people and programs. */
export interface Notification {
  /** One line. */
  subject: string;
  /** For a person: what an e-mail shows. */
  text: string;
  /** For a program: JSON. */
  data: unknown;
  /** For the filters of subscriptions; no value is empty. */
  attributes: Readonly<Record<string, string | readonly string[]>>;
}

/** Where notifications go. */
export interface NotificationSink {
  /** Resolves when the notification is safe with the service that delivers it. */
  publish(notification: Notification): Promise<void>;
}

/** One attempt to publish an alert. */
export interface Claim {
  /** Unique to the attempt, even between two deliveries of one event. */
  owner: string;
  /** Epoch milliseconds after which another attempt may take over. */
  expiresAt: number;
}

/**
 * - `claimed`: publish, then `markPublished`
 * - `published`: nothing to do
 * - `in_flight`: another attempt may be publishing now; try again later
 */
export type ClaimOutcome = "claimed" | "published" | "in_flight";

/** Remembers which alerts were published. */
export interface AlertLedger {
  /**
   * Take the right to publish an alert, or to note one that is held back, unless it was published or another
   * attempt's claim has not expired at `nowMs`.
   *
   * @param forgetAt - epoch seconds from which the ledger may forget the alert
   */
  claim(alertId: string, claim: Claim, nowMs: number, forgetAt: number): Promise<ClaimOutcome>;
  /** From now on `claim` returns `published` for every caller. */
  markPublished(alertId: string): Promise<void>;
}

/** An address, and what is known of it. */
export interface AddressFactsOf {
  address: string;
  country?: string;
  network?: string;
  isKnownNetwork?: boolean;
}

/** Where SQL finds what is known of addresses. */
export interface AddressTable {
  /**
   * @param object - whose entries have the addresses; a repetition replaces what was written
   * @param facts - of each address once
   */
  write(object: ObjectName, facts: readonly AddressFactsOf[]): Promise<void>;
}

/** Sets of names that only grow or are replaced as a whole. */
export interface SeenNamesStore {
  /** @returns nothing when it was never written */
  read(name: string): Promise<ReadonlySet<string> | undefined>;
  /** Add names. Two writers at the same time lose nothing. */
  add(name: string, terms: ReadonlySet<string>): Promise<void>;
  replace(name: string, terms: ReadonlySet<string>): Promise<void>;
}

/**
 * Sets of texts that grow, and lose only what is removed by name. Writers at the same time
 * lose nothing, and repeating a call changes nothing.
 */
export interface CorrelationStore {
  /** @param forgetAt - epoch seconds from which the whole set may be forgotten; the same for a key each time */
  add(key: string, points: ReadonlySet<string>, forgetAt: number): Promise<void>;
  remove(key: string, points: ReadonlySet<string>): Promise<void>;
  /** What every `add` that has ended before has added; empty when there was none. */
  read(key: string): Promise<ReadonlySet<string>>;
}

/** A column of `audit_logs` that may be asked instead of entries. */
export interface AskedColumn {
  column: string;
  /** Condition of SQL: rows of which the column may say something else than the entry. */
  unsure?: string;
}

/** Which entries rules need, as far as columns can tell: nobody else's can change an alert. */
export interface Demand {
  /** Those with these actions. */
  all: readonly string[];
  /** Those with these actions of which a column has a certain value; null where it has none. */
  decided: readonly (AskedColumn & {
    actions: readonly string[];
    isWanted(value: string | null): boolean;
  })[];
  /**
   * Those of a subject that has enough of each step in two stretches of time next to each
   * other, counted from the epoch.
   */
  sequences: readonly {
    withinSeconds: number;
    /** `column` holds the subject. */
    steps: readonly (AskedColumn & {
      actions: readonly string[];
      /** Entries, or different values of a column. */
      atLeast: number;
      distinct?: string | undefined;
    })[];
  }[];
}

/** Finds entries of an archive's days faster than their lines can be read. */
export interface EntryFinder {
  /**
   * @param objects - all objects of the source that are read
   */
  find(source: string, objects: readonly StoredName[], demand: Demand): Promise<FoundEntries>;
}

/** Where an object is, and what its name says. */
export interface StoredName extends ObjectName {
  key: string;
}

export interface FoundEntries extends Disposable {
  /** @returns nothing when the object's lines must be read */
  of(object: StoredName): Promise<FoundOfObject | undefined>;
}

export interface FoundOfObject {
  /** All of the object, wanted or not. */
  entries: number;
  /** Those wanted, and what is no entry as Slack writes them, by time; in one second in any order. */
  wanted: readonly { time: number; line: Uint8Array }[];
}
