import { HttpSender } from "../../lib/notify/http-sender.ts";
import { TargetSecret } from "../../lib/notify/target-secret.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

/** What a name may hold that someone has chosen to be shown as something else. */
export const HOSTILE_TITLE =
  '"<!channel> <https://evil.example|click> *bold* _it_ `code` @here {code}{panel} [~admin] & \\" </p>" did it';

export const NOW_MS = Date.UTC(2026, 0, 5, 12);

/** Time-outs that run out when they are told to. */
export class Timeouts {
  #controller = new AbortController();

  readonly start = (): AbortSignal => {
    this.#controller = new AbortController();
    return this.#controller.signal;
  };

  /** The one that was started last. */
  runOut(): void {
    this.#controller.abort();
  }
}

/** A sender whose waits and time-outs take no time. */
export function makeSender(
  clock = new VirtualClock(NOW_MS),
  timeouts = new Timeouts(),
): HttpSender {
  return new HttpSender({ fetch, timeout: timeouts.start, clock, random: () => 0.5 });
}

export function secretOf(text: string): TargetSecret {
  return new TargetSecret(async () => text);
}
