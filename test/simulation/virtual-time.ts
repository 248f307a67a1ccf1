interface Event {
  atMs: number;
  fire: () => void;
  isCancelled: boolean;
}

/** Real turns of the event loop after which a run that waits for nothing real must have moved on. */
const IDLE_TURNS_MAX = 50;

/**
 * Time in which nothing happens but what was planned. Events fire in the order
 * of their time; between two, everything that can run does.
 */
export class VirtualTime {
  nowMs: number;
  readonly #events: Event[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** @returns cancels the event */
  plan(delayMs: number, fire: () => void): () => void {
    const event = { atMs: this.nowMs + Math.max(0, delayMs), fire, isCancelled: false };
    let index = this.#events.length;
    while (index > 0 && isBefore(event, this.#events[index - 1])) {
      index -= 1;
    }
    this.#events.splice(index, 0, event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Fire events until `isDone`, which is asked whenever nothing can run. */
  async runUntil(isDone: () => boolean): Promise<void> {
    for (let idleTurns = 0; ; ) {
      await turn();
      if (isDone()) {
        return;
      }
      const event = this.#next();
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

  #next(): Event | undefined {
    let event = this.#events.shift();
    while (event?.isCancelled) {
      event = this.#events.shift();
    }
    return event;
  }
}

/** A turn of the event loop costs as much as what happens in it: so many of its callbacks are set up at once. */
const CALLBACKS_PER_TURN = 32;

let callbacksLeft = 0;
let resume: (() => void) | undefined;

/** All promises that can settle without an event have settled after it: Node sees to that between two callbacks. */
function turn(): Promise<void> {
  if (callbacksLeft === 0) {
    callbacksLeft = CALLBACKS_PER_TURN;
    for (let i = 0; i < CALLBACKS_PER_TURN; i++) setImmediate(goOn);
  }
  return new Promise((resolve) => {
    resume = resolve;
  });
}

function goOn(): void {
  callbacksLeft -= 1;
  resume?.();
  resume = undefined;
}

function isBefore(event: Event, other: Event | undefined): boolean {
  return other !== undefined && event.atMs < other.atMs;
}
