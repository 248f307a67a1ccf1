interface Event {
  atMs: number;
  order: number;
  fire: () => void;
}

/** Real turns of the event loop after which a run that waits for nothing real must have moved on. */
const IDLE_TURNS_MAX = 50;

/**
 * Time in which nothing happens but what was planned. Events fire in the order
 * of their time; between two, everything that can run does.
 */
export class VirtualTime {
  nowMs: number;
  #events: Event[] = [];
  #planned = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  plan(delayMs: number, fire: () => void): void {
    this.#planned += 1;
    const event = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#planned, fire };
    let index = this.#events.length;
    while (index > 0 && isBefore(event, this.#events[index - 1])) {
      index -= 1;
    }
    this.#events.splice(index, 0, event);
  }

  /** Fire events until `isDone`, which is asked whenever nothing can run. */
  async runUntil(isDone: () => boolean): Promise<void> {
    for (let idleTurns = 0; ; ) {
      await turn();
      if (isDone()) {
        return;
      }
      const event = this.#events.shift();
      if (event === undefined) {
        idleTurns += 1;
        if (idleTurns > IDLE_TURNS_MAX) {
          throw new Error("a run waits for something that no event will bring");
        }
        continue;
      }
      idleTurns = 0;
      this.nowMs = event.atMs;
      event.fire();
    }
  }
}

/** All promises that can settle without an event have settled after it. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(event: Event, other: Event | undefined): boolean {
  return other !== undefined && event.atMs < other.atMs;
}
