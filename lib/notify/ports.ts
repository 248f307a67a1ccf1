import type { Alert } from "./target.ts";

/** An alert on its way to one target. */
export interface Delivery {
  alert: Alert;
  /** That have failed. */
  attempts: number;
}

/** One that nobody tries any more, until a person has it tried again. */
export interface GivenUp {
  alertId: string;
  target: string;
  problem: string;
}

/**
 * What `watch` remembers: which objects it has looked at, which alerts it has raised, and which of
 * them each target has. One process uses it at a time.
 */
export interface WatchState {
  /** Whether anything was ever noted. */
  isNew(): boolean;
  hasSeen(objectKey: string): boolean;
  /** @param forgetAt - epoch seconds from which they may be forgotten */
  noteSeen(objectKeys: readonly string[], forgetAt: number): void;
  hasRaised(alertId: string): boolean;
  /** Note an alert and its way to each target: all of it or nothing. */
  raise(alert: Alert, targets: readonly string[], forgetAt: number): void;
  /** @returns the oldest to a target whose time has come at `nowMs` */
  nextDue(target: string, nowMs: number): Delivery | undefined;
  noteDelivered(alertId: string, target: string): void;
  /** @param nextAtMs - epoch milliseconds; absent: it is given up */
  noteFailure(alertId: string, target: string, problem: string, nextAtMs?: number): void;
  givenUp(): GivenUp[];
  /** Have all that were given up tried again. @returns how many */
  retryGivenUp(): number;
  /** @param now - epoch seconds */
  forget(now: number): void;
}
