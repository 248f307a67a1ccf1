import { describe, expect, it } from "vitest";
import type { Alert } from "../../lib/detect/alert.ts";
import type { AlertLedger, Notification } from "../../lib/detect/ports.ts";
import { CLAIM_MS, raiseAlerts } from "../../lib/detect/raise-alerts.ts";
import { MemoryAlertLedger } from "../fakes/memory-alert-ledger.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { makeAlert } from "./make-alert.ts";

const FORGET_AFTER_SECONDS = 86_400;

function bed() {
  const published: Notification[] = [];
  const ports = {
    ledger: new MemoryAlertLedger() as AlertLedger,
    sink: {
      publish: async (notification: Notification) => {
        published.push(notification);
      },
    },
    clock: new VirtualClock(Date.UTC(2026, 0, 5, 12)),
  };
  let attempt = 0;
  const raise = (...alerts: Alert[]) => {
    attempt += 1;
    const settings = { owner: `attempt-${attempt}`, forgetAfterSeconds: FORGET_AFTER_SECONDS };
    return raiseAlerts(alerts, ports, settings);
  };
  const ids = () => published.map(({ attributes }) => attributes.alertId);
  return { ports, published, raise, ids };
}

describe("raiseAlerts", () => {
  it("publishes each alert once, however often the object is delivered", async () => {
    const { raise, ids } = bed();
    const alerts = [makeAlert("a"), makeAlert("b")];
    expect(await raise(...alerts)).toMatchObject({ published: 2, suppressed: 0, errors: [] });
    expect(await raise(...alerts)).toMatchObject({ published: 0, suppressed: 2 });
    expect(ids()).toEqual(["a", "b"]);
  });

  it("publishes at the next delivery what an attempt claimed and died with", async () => {
    const { ports, raise, ids } = bed();
    const claim = { owner: "died", expiresAt: ports.clock.nowMs() + CLAIM_MS };
    await ports.ledger.claim("a", claim, ports.clock.nowMs(), 0);

    ports.clock.advance(CLAIM_MS);
    expect(await raise(makeAlert("a"))).toMatchObject({ published: 1, suppressed: 0 });
    expect(ids()).toEqual(["a"]);
  });

  it("does not publish beside another attempt whose claim still holds, and asks to come back", async () => {
    const { ports, raise, ids } = bed();
    const claim = { owner: "alive", expiresAt: ports.clock.nowMs() + CLAIM_MS };
    await ports.ledger.claim("a", claim, ports.clock.nowMs(), 0);

    ports.clock.advance(CLAIM_MS - 1);
    expect(await raise(makeAlert("a"), makeAlert("b"))).toMatchObject({
      published: 1,
      inFlight: 1,
    });
    expect(ids()).toEqual(["b"]);
  });

  it("publishes once when two deliveries of one event run at the same time", async () => {
    const { raise, ids } = bed();
    const alerts = Array.from({ length: 30 }, (_, i) => makeAlert(`a${i}`));
    const outcomes = await Promise.all([raise(...alerts), raise(...alerts)]);
    for (const { inFlight } of outcomes) {
      if (inFlight > 0) await raise(...alerts);
    }
    expect(ids().toSorted()).toEqual(alerts.map(({ id }) => id).toSorted());
  });

  it("tries all alerts when one cannot be published, and that one again at the next delivery", async () => {
    const { ports, published, raise, ids } = bed();
    let failures = 1;
    ports.sink.publish = async (notification) => {
      if (notification.attributes.alertId === "b" && failures > 0) {
        failures -= 1;
        throw new Error("throttled");
      }
      published.push(notification);
    };
    const alerts = [makeAlert("a"), makeAlert("b"), makeAlert("c")];
    const first = await raise(...alerts);
    expect(first).toMatchObject({ published: 2, inFlight: 0, errors: [new Error("throttled")] });
    expect(ids()).toEqual(["a", "c"]);

    ports.clock.advance(CLAIM_MS);
    expect(await raise(...alerts)).toMatchObject({ published: 1, suppressed: 2 });
    expect(ids()).toEqual(["a", "c", "b"]);
  });

  it("publishes again, under the same id, when the mark was lost: rather twice than never", async () => {
    const { ports, raise, ids } = bed();
    const { markPublished } = ports.ledger;
    ports.ledger.markPublished = async () => {
      throw new Error("the function died here");
    };
    expect((await raise(makeAlert("a"))).errors).toEqual([new Error("the function died here")]);
    ports.ledger.markPublished = markPublished.bind(ports.ledger);
    ports.clock.advance(CLAIM_MS);
    await raise(makeAlert("a"));
    await raise(makeAlert("a"));
    expect(ids()).toEqual(["a", "a"]);
  });

  it("publishes once what it is given twice at the same time", async () => {
    const { ports, raise, ids } = bed();
    const { publish } = ports.sink;
    ports.sink.publish = (notification) => Promise.resolve().then(() => publish(notification));
    expect(await raise(makeAlert("a"), makeAlert("a"))).toMatchObject({ published: 1 });
    expect(ids()).toEqual(["a"]);
  });

  it("notes once what each suppression holds back, and publishes what is told of the same alert", async () => {
    const { raise, ids } = bed();
    const held = (owner: string) =>
      makeAlert("a", { suppression: { owner, reason: "ours", expires: "2027-01-01" } });
    const alerts = [held("sec"), held("ops"), makeAlert("a")];
    expect(await raise(...alerts)).toMatchObject({ published: 1, withheld: alerts.slice(0, 2) });
    expect(await raise(...alerts)).toMatchObject({ published: 0, suppressed: 1, withheld: [] });
    expect(ids()).toEqual(["a"]);
  });

  it("lets the ledger forget an alert only after its period and the time in which events come", async () => {
    const { ports, raise } = bed();
    const forgetAts: number[] = [];
    const claim = ports.ledger.claim.bind(ports.ledger);
    ports.ledger.claim = (id, owner, nowMs, forgetAt) => {
      forgetAts.push(forgetAt);
      return claim(id, owner, nowMs, forgetAt);
    };
    await raise(makeAlert("a"));
    expect(forgetAts).toEqual([Date.UTC(2026, 0, 5, 11) / 1000 + FORGET_AFTER_SECONDS]);
  });
});
