import type { DatabaseSync } from "node:sqlite";

/** Do what a transaction that has begun is for, and end it: all of it is there, or nothing. */
export function endTransaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // On a full disk SQLite has rolled back by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
