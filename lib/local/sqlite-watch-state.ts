import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { CorrelationStore } from "../detect/ports.ts";
import type { Delivery, GivenUp, WatchState } from "../notify/ports.ts";
import { makeFile, OWNER_ONLY } from "./owner-only.ts";
import { endTransaction } from "./sqlite-transaction.ts";

const FILE_NAME = "alerts.sqlite";

const TABLES = `
  CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY,
    forget_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS alerts (
    id TEXT PRIMARY KEY,
    alert TEXT NOT NULL,
    forget_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (
    alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    target TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    PRIMARY KEY (alert_id, target)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS waiting ON deliveries (target) WHERE state = 'waiting';
  CREATE TABLE IF NOT EXISTS points (
    key TEXT NOT NULL,
    point TEXT NOT NULL,
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (key, point)
  ) STRICT
`;

/**
 * What `watch` remembers, in `alerts.sqlite` in the archive's directory, beside the checkpoints. It
 * holds alerts, so nobody but the owner may read it.
 */
export class SqliteWatchState implements WatchState, CorrelationStore {
  readonly #database: DatabaseSync;

  /** @param database - gets the tables that it does not have */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#database.exec(TABLES);
  }

  /** @param directory - of the archive; made when it is not there */
  static open(directory: string): SqliteWatchState {
    mkdirSync(directory, { recursive: true, mode: OWNER_ONLY.directory });
    const path = join(directory, FILE_NAME);
    makeFile(path);
    return new SqliteWatchState(new DatabaseSync(path, { timeout: 10_000 }));
  }

  isNew(): boolean {
    return this.#database.prepare("SELECT 1 FROM objects LIMIT 1").get() === undefined;
  }

  hasSeen(objectKey: string): boolean {
    return this.#has("SELECT 1 FROM objects WHERE key = ?", objectKey);
  }

  noteSeen(objectKeys: readonly string[], forgetAt: number): void {
    const insert = this.#database.prepare("INSERT OR REPLACE INTO objects VALUES (?, ?)");
    this.#inTransaction(() => {
      for (const key of objectKeys) insert.run(key, forgetAt);
    });
  }

  hasRaised(alertId: string): boolean {
    return this.#has("SELECT 1 FROM alerts WHERE id = ?", alertId);
  }

  raise(alert: Delivery["alert"], targets: readonly string[], forgetAt: number): void {
    this.#inTransaction(() => {
      this.#database
        .prepare("INSERT OR IGNORE INTO alerts VALUES (?, ?, ?)")
        .run(alert.id, JSON.stringify(alert), forgetAt);
      const insert = this.#database.prepare(
        "INSERT OR IGNORE INTO deliveries (alert_id, target, state) VALUES (?, ?, 'waiting')",
      );
      for (const target of targets) insert.run(alert.id, target);
    });
  }

  nextDue(target: string, nowMs: number): Delivery | undefined {
    const row = this.#database
      .prepare(`
        SELECT alert, attempts FROM deliveries JOIN alerts ON id = alert_id
        WHERE state = 'waiting' AND target = ? AND next_at_ms <= ?
        ORDER BY deliveries.rowid LIMIT 1
      `)
      .get(target, nowMs);
    return row && { alert: JSON.parse(String(row.alert)), attempts: Number(row.attempts) };
  }

  noteDelivered(alertId: string, target: string): void {
    this.#database
      .prepare(
        "UPDATE deliveries SET state = 'delivered', problem = NULL WHERE alert_id = ? AND target = ?",
      )
      .run(alertId, target);
  }

  noteFailure(alertId: string, target: string, problem: string, nextAtMs?: number): void {
    this.#database
      .prepare(`
        UPDATE deliveries SET attempts = attempts + 1, problem = ?, state = ?, next_at_ms = ?
        WHERE alert_id = ? AND target = ?
      `)
      .run(
        problem,
        nextAtMs === undefined ? "given_up" : "waiting",
        nextAtMs ?? 0,
        alertId,
        target,
      );
  }

  givenUp(): GivenUp[] {
    return this.#database
      .prepare(`
        SELECT alert_id AS alertId, target, problem FROM deliveries
        WHERE state = 'given_up' ORDER BY rowid
      `)
      .all()
      .map((row) => ({ ...row }) as unknown as GivenUp);
  }

  retryGivenUp(): number {
    const { changes } = this.#database
      .prepare("UPDATE deliveries SET state = 'waiting', attempts = 0 WHERE state = 'given_up'")
      .run();
    return Number(changes);
  }

  forget(now: number): void {
    this.#inTransaction(() => {
      for (const table of ["objects", "alerts", "points"]) {
        this.#database.prepare(`DELETE FROM ${table} WHERE forget_at <= ?`).run(now);
      }
    });
  }

  async add(key: string, points: ReadonlySet<string>, forgetAt: number): Promise<void> {
    const insert = this.#database.prepare("INSERT OR IGNORE INTO points VALUES (?, ?, ?)");
    this.#inTransaction(() => {
      for (const point of points) insert.run(key, point, forgetAt);
    });
  }

  async remove(key: string, points: ReadonlySet<string>): Promise<void> {
    const remove = this.#database.prepare("DELETE FROM points WHERE key = ? AND point = ?");
    this.#inTransaction(() => {
      for (const point of points) remove.run(key, point);
    });
  }

  async read(key: string): Promise<ReadonlySet<string>> {
    const rows = this.#database.prepare("SELECT point FROM points WHERE key = ?").all(key);
    return new Set(rows.map(({ point }) => String(point)));
  }

  close(): void {
    this.#database.close();
  }

  #has(sql: string, value: string): boolean {
    return this.#database.prepare(sql).get(value) !== undefined;
  }

  #inTransaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    endTransaction(this.#database, work);
  }
}
