/**
 * Where events are: in the form of Security Lake's custom sources, one class a location.
 *
 * Beside them, below `marks/`, is which parts of which days are there.
 */
import { createHash } from "node:crypto";
import { CLASSES, type ClassName, type SchemaVersion } from "../ocsf/classes.ts";
import { HEADS } from "../ocsf/heads.ts";

/** Where the entries are from: both are parts of the path, as Security Lake partitions. */
export interface EventPlace {
  region: string;
  accountId: string;
}

/** A manifest's objects, which are written once: those that the day's manifest before had not. */
export interface EventUnit {
  source: string;
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  /** Of the manifest. */
  revision: number;
  version: SchemaVersion;
}

/** `ext/<source>/<version>/`: all events of a class. */
export function classLocation(className: ClassName, version: SchemaVersion): string {
  return `ext/slack-${CLASSES[className].uid}/${version}/`;
}

/** Beginning of the keys of a class's events of a unit. */
export function unitPrefix(className: ClassName, unit: EventUnit, place: EventPlace): string {
  return `${partition(className, unit, place)}${unit.source}_r${unit.revision}_`;
}

function partition(
  className: ClassName,
  { version, day }: Pick<EventUnit, "version" | "day">,
  { region, accountId }: EventPlace,
): string {
  const path = `region=${region}/accountId=${accountId}/eventDay=${day.replaceAll("-", "")}/`;
  return `${classLocation(className, version)}${path}`;
}

/** @param part - see {@link partName} */
export function eventKey(
  className: ClassName,
  unit: EventUnit,
  place: EventPlace,
  part: string,
): string {
  return `${unitPrefix(className, unit, place)}${part}.zstd.parquet`;
}

/** What class an action is may change with a release: a part that was begun before is another. */
const MAPPING = JSON.stringify([...HEADS].map(([action, { className }]) => [action, className]));

/**
 * Says what a part of a unit is made of: the same objects have the same name.
 *
 * @param keys - of the objects, in the order in which they are read
 */
export function partName(keys: readonly string[]): string {
  return hashOf([MAPPING, ...keys]);
}

function hashOf(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

/**
 * Alerts of one day of a batch, as findings.
 *
 * @param day - of the findings, UTC, `YYYY-MM-DD`
 * @param batch - see {@link alertsName}
 */
export function findingsKey(
  { source, version }: Pick<EventUnit, "source" | "version">,
  day: string,
  place: EventPlace,
  batch: string,
): string {
  const folder = partition(FINDINGS_CLASS, { version, day }, place);
  return `${folder}${source}_alerts_${batch}.zstd.parquet`;
}

/** What alerts of our rules are. */
export const FINDINGS_CLASS: ClassName = "detection_finding";

/** Says which alerts there are: the same ones have the same name. */
export function alertsName(keys: readonly string[]): string {
  return hashOf(keys);
}

/** Beginning of the keys of all marks of a source. */
export function sourceMarks(version: SchemaVersion, source: string): string {
  return `marks/${version}/source=${source}/`;
}

/** Beginning of the keys of all marks of a day. */
export function dayMarks({ version, source, day }: Omit<EventUnit, "revision">): string {
  return `${sourceMarks(version, source)}dt=${day}/`;
}

function unitMarks(unit: EventUnit): string {
  return `${dayMarks(unit)}revision=${unit.revision}/`;
}

/** Its events of every class are there. */
export function partMark(unit: EventUnit, part: string): string {
  return `${unitMarks(unit)}part=${part}.json`;
}

/** All its parts are there, and nothing else. */
export function unitMark(unit: EventUnit): string {
  return `${unitMarks(unit)}done.json`;
}

/** Beginning of the keys of all marks of a day's alerts; the day is that of the log of alerts. */
function alertMarks(day: Omit<EventUnit, "revision">): string {
  return `${dayMarks(day)}alerts/`;
}

/**
 * Which alerts a batch has.
 *
 * @param number - of the day's batches, from 1
 */
export function batchMark(day: Omit<EventUnit, "revision">, number: number): string {
  return `${alertMarks(day)}batch=${number}.json`;
}

/** The batch's findings are there. */
export function writtenBatchMark(day: Omit<EventUnit, "revision">, number: number): string {
  return `${alertMarks(day)}batch=${number}_written.json`;
}

/**
 * The findings of all these alerts are there.
 *
 * @param alerts - of the day: see {@link alertsName}
 */
export function writtenAlertsMark(day: Omit<EventUnit, "revision">, alerts: string): string {
  return `${alertMarks(day)}alerts=${alerts}.json`;
}
