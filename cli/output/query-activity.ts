import { ActivityLine } from "./activity-line.ts";
import { formatCount, formatCounted, formatSeconds } from "./format.ts";

/** What a query of an archive on this machine is at, on a terminal. */
export class QueryActivity implements Disposable {
  readonly #line = new ActivityLine();
  readonly #startedAtMs = performance.now();
  readonly #what: string;

  /** @param period - days that are read, UTC, both included; absent: the query says so itself */
  constructor(archive: string, period?: { from_day: string; to_day: string }) {
    const days = period === undefined ? "" : `, ${period.from_day} to ${period.to_day}`;
    this.#what = `${archive}${days}`;
  }

  /**
   * @param files - that the query may open; or, once it has ended, that it opened
   * @param checked - of those; absent while it runs
   */
  update({ files, checked }: { files: number; checked?: number }): void {
    const elapsed = formatSeconds((performance.now() - this.#startedAtMs) / 1000);
    const doing =
      checked === undefined
        ? `reading at most ${formatCounted(files, "file")}`
        : `checking ${formatCount(checked)} of ${formatCounted(files, "file")}`;
    this.#line.update(`${elapsed}: ${doing} of ${this.#what}`);
  }

  stop(): void {
    this.#line.stop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
