/**
 * The log of alerts: one object each, below `alerts/source=…/dt=…/`, where `dt` is the day on which
 * the alert's period begins. Its name is made of the alert's id, so that raising an alert again adds
 * nothing. What a suppression holds back is beside it, in an object of its own.
 */
import { createHash } from "node:crypto";
import { PREFIXES } from "./object-key.ts";

/** What the name of an alert's object is made of. */
export interface LoggedAlert {
  id: string;
  source: string;
  /** ISO 8601. */
  period: { start: string };
  /** Present when it is held back. */
  suppression?: object | undefined;
}

const KEY = /^alerts\/source=[a-z0-9-]+\/dt=(\d{4}-\d\d-\d\d)\/[0-9a-f]{32}\.json$/;

export function alertKey({ id, source, period, suppression }: LoggedAlert): string {
  const identity = suppression === undefined ? id : `${id} ${JSON.stringify(suppression)}`;
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return `${PREFIXES.alerts}source=${source}/dt=${period.start.slice(0, 10)}/${hash}.json`;
}

/** Whether it can be that of an alert. */
export function isAlertKey(key: string): boolean {
  return KEY.test(key);
}

/** @returns `dt`; nothing when it is not the key of an alert */
export function dayOfAlert(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

/** One line of JSON. */
export function encodeAlert(alert: LoggedAlert): Uint8Array {
  return Buffer.from(`${JSON.stringify(alert)}\n`);
}

/** @returns what is wrong with an object: it is no alert, or not that of its name */
export function alertProblem(key: string, body: Uint8Array): string | undefined {
  try {
    const alert: LoggedAlert = JSON.parse(Buffer.from(body).toString());
    return alertKey(alert) === key ? undefined : "it is not the alert that its name says";
  } catch {
    return "it is not an alert";
  }
}
