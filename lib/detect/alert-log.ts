import { alertKey, encodeAlert } from "../archive/alert-object.ts";
import type { ArchiveStore } from "../ports.ts";
import type { Alert } from "./alert.ts";

/** Keeps alerts as objects, so that SQL can read them; those of a suppression too, with what it says. */
export class AlertLog {
  readonly #store: Pick<ArchiveStore, "put">;

  constructor(store: Pick<ArchiveStore, "put">) {
    this.#store = store;
  }

  /** Repeating it changes nothing: what was kept first stays. */
  async keep(alert: Alert): Promise<void> {
    await this.#store.put(alertKey(alert), encodeAlert(alert));
  }
}
