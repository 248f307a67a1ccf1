import type { TimeRange } from "../../lib/time.ts";
import { formatCounted, formatSeconds, formatTime } from "./format.ts";
import { ProgressBar } from "./progress-bar.ts";

/** How far a backfill has come, over all of its spans. */
export class BackfillProgressDisplay {
  readonly #bar = new ProgressBar();
  readonly #spans: readonly TimeRange[];
  readonly #startedAtMs = performance.now();
  readonly #positions = new Map<TimeRange, number>();
  readonly #entries = new Map<TimeRange, number>();

  constructor(spans: readonly TimeRange[]) {
    this.#spans = spans;
  }

  /**
   * @param position - epoch seconds up to which the span is archived
   * @param entries - stored of this span so far
   */
  update(span: TimeRange, position: number, entries: number): void {
    this.#positions.set(span, Math.min(position, span.until));
    this.#entries.set(span, entries);
    const total = this.#spans.reduce((sum, { from, until }) => sum + until - from, 0);
    const done = [...this.#positions].reduce((sum, [{ from }, at]) => sum + at - from, 0);
    const stored = [...this.#entries.values()].reduce((sum, count) => sum + count, 0);
    const elapsedSeconds = (performance.now() - this.#startedAtMs) / 1000;
    this.#bar.update(done, total, [
      formatCounted(stored, "entry", "entries"),
      `at ${formatTime(position)}`,
      ...(done > 0 ? [`${formatSeconds((elapsedSeconds / done) * (total - done))} left`] : []),
    ]);
  }

  /** Show that nothing happens for a while, and why. */
  wait(untilMs: number, reason: string): void {
    this.#bar.wait(untilMs, reason);
  }

  stop(): void {
    this.#bar.stop();
  }
}
