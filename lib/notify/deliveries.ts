import type { Clock } from "../slack/clock.ts";
import { retryDelaySeconds } from "./deliver-alert.ts";
import type { Delivery, WatchState } from "./ports.ts";
import { type Alert, type Target, TargetRefusedError, TargetUnavailableError } from "./target.ts";

export interface DeliveryPorts {
  state: Pick<WatchState, "nextDue" | "noteDelivered" | "noteFailure">;
  targets: ReadonlyMap<string, Target>;
  clock: Clock;
  random: () => number;
}

export interface DeliveryReports {
  onDelivered?(alert: Alert, target: string): void;
  /** @param isFinal - it is not tried again by itself */
  onFailure?(alert: Alert, target: string, error: Error, isFinal: boolean): void;
}

/**
 * What `watch` sends, beside detection and to each target by itself: one that is slow or dead holds
 * up neither detection nor another target. To each target, one alert after the other is on its way.
 *
 * An alert is marked when its target has it. It is sent to that again only when the process ends
 * before the mark.
 */
export class Deliveries {
  readonly #ports: DeliveryPorts;
  readonly #attemptsMax: number;
  readonly #reports: DeliveryReports;
  /** By name of the target. */
  readonly #atWork = new Map<string, Promise<void>>();
  readonly #errors: unknown[] = [];
  #isStopping = false;
  #isStopped = false;

  /** @param attemptsMax - after so many an alert is given up */
  constructor(ports: DeliveryPorts, attemptsMax: number, reports: DeliveryReports = {}) {
    this.#ports = ports;
    this.#attemptsMax = attemptsMax;
    this.#reports = reports;
  }

  /**
   * Begin to send what is due to the targets that are not at work. Returns at once.
   *
   * @throws what was thrown since the last call; not by a target
   */
  start(): void {
    for (const [name, target] of this.#ports.targets) {
      if (this.#atWork.has(name)) continue;
      const work = this.#sendDue(name, target)
        .catch((error) => this.#errors.push(error))
        .then(() => void this.#atWork.delete(name));
      this.#atWork.set(name, work);
    }
    this.#throwFirst();
  }

  /**
   * Resolves when no target is at work.
   *
   * @throws as {@link start}
   */
  async idle(): Promise<void> {
    await Promise.all(this.#atWork.values());
    this.#throwFirst();
  }

  /**
   * Send nothing more. Resolves when no alert is on its way, or after `graceMs`: whatever comes of
   * those is not noted, so that the next process sends them again.
   *
   * @throws as {@link start}
   */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const waiting = new AbortController();
    const grace = this.#ports.clock.sleep(graceMs, waiting.signal);
    await Promise.race([Promise.all(this.#atWork.values()), grace]);
    this.#isStopped = true;
    waiting.abort();
    this.#throwFirst();
  }

  async #sendDue(name: string, target: Target): Promise<void> {
    const { state, clock } = this.#ports;
    while (!this.#isStopping) {
      const due = state.nextDue(name, clock.nowMs());
      if (due === undefined) return;
      const error = await target.send(due.alert).then(
        () => undefined,
        (error: Error) => error,
      );
      if (this.#isStopped) return;
      if (error === undefined) {
        state.noteDelivered(due.alert.id, name);
        this.#reports.onDelivered?.(due.alert, name);
      } else {
        this.#noteFailure(due, name, error);
        // The others would fail as well; they are due at the next start.
        if (!(error instanceof TargetRefusedError)) return;
      }
    }
  }

  #noteFailure({ alert, attempts }: Delivery, name: string, error: Error): void {
    const { state, clock, random } = this.#ports;
    const isFinal = error instanceof TargetRefusedError || attempts + 1 >= this.#attemptsMax;
    const asked = error instanceof TargetUnavailableError ? error.retryAfterSeconds : undefined;
    const delayMs = retryDelaySeconds(attempts + 1, asked, random()) * 1000;
    const nextAtMs = isFinal ? undefined : clock.nowMs() + delayMs;
    state.noteFailure(alert.id, name, error.message, nextAtMs);
    this.#reports.onFailure?.(alert, name, error, isFinal);
  }

  #throwFirst(): void {
    const [error] = this.#errors.splice(0);
    if (error !== undefined) throw error;
  }
}
