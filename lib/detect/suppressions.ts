/**
 * Alerts that people have decided not to be told of, for a time: because of whom, where or
 * what they are about. Such an alert is counted and listed, and never published.
 */
import * as z from "zod";
import { isPlain } from "../fields.ts";
import type { AuditLogEntry } from "../slack/types.ts";
import { isCalendarDay, startOfDay } from "../time.ts";
import { parseRange, RangeMap } from "./addresses.ts";
import { type Correlation, type Detection, isCorrelation, subjectOf } from "./correlation.ts";
import { DETECTIONS } from "./detections.ts";
import { actorId, entityId, textAt } from "./entry-fields.ts";
import { toValue } from "./points.ts";
import { known, SESSION } from "./subjects.ts";

/** One decision. All that is given must fit; at least one of actor, entity and address is. */
export interface Suppression {
  /** Id of a rule. */
  readonly rule: string;
  /** Only of this source. */
  readonly source?: string;
  /** Who did it, or the user whom several entries are about: an id or an e-mail address; `*` stands for any text. */
  readonly actor?: string;
  /** What it was done to, or the app that several entries are about: an id; `*` stands for any text. */
  readonly entity?: string;
  /** Where it was done from: an address, or a range such as `203.0.113.0/24`. */
  readonly address?: string;
  /** Why nobody needs to know. */
  readonly reason: string;
  /** Who decided it, and is asked when it ends. */
  readonly owner: string;
  /** `YYYY-MM-DD`, UTC: from the beginning of this day on it suppresses nothing. */
  readonly expires: string;
}

/** What a suppression looks at. */
interface SuppressionSubject {
  source: string;
  /** Ids and e-mail addresses; empty where the entry names none. */
  actor: readonly string[];
  entity: readonly string[];
  address: string | undefined;
}

/** A suppression is not valid. */
export class SuppressionError extends Error {
  override readonly name = "SuppressionError";
  readonly code = "suppression_invalid";
}

const TEXT = z
  .string({ error: "must be a text" })
  .refine((text) => text.trim() !== "", { error: "must not be empty" });

const SCHEMA = z.strictObject({
  rule: TEXT,
  source: TEXT.optional(),
  actor: TEXT.optional(),
  entity: TEXT.optional(),
  address: TEXT.refine((text) => parseRange(text) !== undefined, {
    error: 'must be an address or a range such as "203.0.113.0/24"',
  }).optional(),
  reason: TEXT,
  owner: TEXT,
  expires: TEXT.refine((text) => /^\d{4}-\d\d-\d\d$/.test(text) && isCalendarDay(text), {
    error: "must be a day of the calendar, written YYYY-MM-DD",
  }),
});

/**
 * Check a list of suppressions.
 *
 * @throws {SuppressionError} naming the first that is wrong by its place, counted from 1
 */
export function parseSuppressions(
  value: unknown,
  rules: readonly Detection[] = DETECTIONS,
): readonly Suppression[] {
  if (!Array.isArray(value)) {
    throw new SuppressionError("suppressions: must be a list: [ { rule, …, expires } ]");
  }
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  return value.map((item: unknown, index) => {
    const trimmed = withoutSpaces(item);
    const problem = problemOf(trimmed, known);
    if (problem === undefined) return trimmed as Suppression;
    throw new SuppressionError(`suppression ${index + 1} of ${value.length}: ${problem}`);
  });
}

/** Texts of an object without spaces around them. */
function withoutSpaces(item: unknown): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
  const trim = (value: unknown) => (typeof value === "string" ? value.trim() : value);
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, trim(value)]));
}

function problemOf(item: unknown, known: ReadonlyMap<string, Detection>): string | undefined {
  const parsed = SCHEMA.safeParse(item);
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined) {
    if (issue.code === "unrecognized_keys") {
      const [key = ""] = issue.keys;
      return `unknown key ${isPlain(key) ? `"${key}"` : "(not shown)"}; allowed: ${Object.keys(SCHEMA.shape).join(", ")}`;
    }
    if (issue.path.length === 0) return "must be an object { rule, reason, owner, expires, … }";
    const [field] = issue.path;
    const isMissing = !Object.hasOwn(item as object, field as string);
    return isMissing ? `${String(field)} is missing` : `${String(field)} ${issue.message}`;
  }
  const { rule, actor, entity, address } = parsed.data as Suppression;
  const detection = known.get(rule);
  if (detection === undefined) {
    const problem = isPlain(rule) ? `no rule is called "${rule}"` : "rule is no rule";
    return `${problem}; docs/reference/detections.md lists them all`;
  }
  if (actor === undefined && entity === undefined && address === undefined) {
    return 'name an actor, an entity or an address; to turn a rule off, set it to "off" in the rules';
  }
  if (isCorrelation(detection)) {
    const { kind } = subjectOf(detection);
    const [other] = Object.entries({ actor, entity, address }).flatMap(([name, value]) =>
      value === undefined || name === kind ? [] : name,
    );
    if (other !== undefined) {
      return `the alerts of ${rule} are each about one ${kind}; name that instead of the ${other}`;
    }
  }
  return undefined;
}

interface Compiled {
  suppression: Suppression;
  /** Of what it fits: points of correlations remember it. */
  mark: string;
  /** Epoch seconds. */
  expiresAt: number;
  fits(subject: SuppressionSubject): boolean;
}

/** Answers quickly, for each match of a rule. */
export class Suppressions {
  readonly #byRule: ReadonlyMap<string, readonly Compiled[]>;
  readonly #byMark: ReadonlyMap<string, Compiled>;

  /** @param suppressions - of those that fit the same, however written, the one that holds longest counts */
  constructor(suppressions: readonly Suppression[]) {
    const all = suppressions.map(compile);
    const groups = Map.groupBy(all, ({ mark }) => mark);
    this.#byMark = new Map(Array.from(groups, ([mark, same]) => [mark, same.reduce(longer)]));
    this.#byRule = Map.groupBy(
      all.filter((one) => this.#byMark.get(one.mark) === one),
      ({ suppression }) => suppression.rule,
    );
  }

  /** The first that holds for an entry that a rule matches. */
  ofEntry(ruleId: string, source: string, entry: AuditLogEntry): Suppression | undefined {
    const candidates = this.#byRule.get(ruleId);
    if (candidates === undefined) return undefined;
    const subject = {
      source,
      actor: [known(actorId(entry)) ?? "", textAt(entry, "actor", "user", "email") ?? ""],
      entity: [known(entityId(entry)) ?? ""],
      address: textAt(entry, "context", "ip_address"),
    };
    return candidates.find(({ expiresAt, fits }) => entry.date_create < expiresAt && fits(subject))
      ?.suppression;
  }

  /**
   * The mark of the one that fits an entry of a correlation, whether it holds or not; of
   * several, of the one that holds longest. It stays the same when reason, owner and day change.
   *
   * @param id - of the correlation's subject
   * @returns empty when none fits
   */
  markOf(correlation: Correlation, source: string, id: string, entry: AuditLogEntry): string {
    const candidates = this.#byRule.get(correlation.id);
    if (candidates === undefined) return "";
    const subject = subjectOf(correlation);
    const { kind } = subject;
    const person = subject === SESSION ? actorId(entry) : id;
    const described = {
      source,
      actor: kind === "actor" ? [known(person) ?? "", emailOf(person, entry)] : [],
      entity: kind === "entity" ? [id] : [],
      address: kind === "address" ? id : undefined,
    };
    const fitting = candidates.filter(({ fits }) => fits(described));
    return fitting.reduce(longer, { mark: "", expiresAt: Number.NEGATIVE_INFINITY }).mark;
  }

  /** @param time - epoch seconds */
  holding(mark: string, time: number): Suppression | undefined {
    const known = this.#byMark.get(mark);
    return known !== undefined && time < known.expiresAt ? known.suppression : undefined;
  }

  /** @param time - epoch seconds: those that hold no longer then */
  expired(source: string, time: number): Suppression[] {
    return [...this.#byMark.values()]
      .filter(
        ({ expiresAt, suppression }) =>
          expiresAt <= time && (suppression.source ?? source) === source,
      )
      .map(({ suppression }) => suppression);
  }
}

function compile(suppression: Suppression): Compiled {
  const { rule, source, actor, entity, address, expires } = suppression;
  const isActor = toTest(actor);
  const isEntity = toTest(entity);
  const isAddress = toRangeTest(address);
  return {
    suppression,
    mark: toValue(
      JSON.stringify([rule, source, canonical(actor), canonical(entity), canonicalRange(address)]),
    ),
    expiresAt: startOfDay(expires),
    fits: (subject) =>
      (source === undefined || source === subject.source) &&
      isActor(subject.actor) &&
      isEntity(subject.entity) &&
      isAddress(subject.address),
  };
}

/** The one that holds longer; of two that end on one day the first. */
function longer<T extends Pick<Compiled, "expiresAt">>(a: T, b: T): T {
  return b.expiresAt > a.expiresAt ? b : a;
}

/** Of the user with this id, where the entry names it; otherwise empty. */
function emailOf(id: string, entry: AuditLogEntry): string {
  const field = actorId(entry) === id ? "actor" : entityId(entry) === id ? "entity" : "none";
  return textAt(entry, field, "user", "email") ?? "";
}

/** Patterns that fit the same are the same here; nothing for one that fits anything. */
function canonical(pattern: string | undefined): string | undefined {
  const one = pattern?.toLowerCase().replace(/\*+/g, "*");
  return one === "*" ? undefined : one;
}

/** Ranges of the same addresses are the same here. */
function canonicalRange(text: string | undefined): string | undefined {
  const range = text === undefined ? undefined : parseRange(text);
  return range && `${range.version}/${range.first.toString(16)}/${range.prefixLength}`;
}

/** Takes time in proportion to the text, however many `*` there are: anyone chooses an address. */
function toTest(pattern: string | undefined): (texts: readonly string[]) => boolean {
  if (pattern === undefined) return () => true;
  const [first = "", ...others] = pattern.toLowerCase().split("*");
  const last = others.pop();
  const fits = (text: string) => {
    if (last === undefined) return text === first;
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
  return (texts) => texts.some((text) => fits(text.toLowerCase()));
}

function toRangeTest(text: string | undefined): (address: string | undefined) => boolean {
  if (text === undefined) return () => true;
  const ranges = new RangeMap<true>();
  const range = parseRange(text);
  if (range !== undefined) ranges.add(range, true);
  return (address) => address !== undefined && ranges.find(address) === true;
}
