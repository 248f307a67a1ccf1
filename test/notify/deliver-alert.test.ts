import { expect, it } from "vitest";
import { DELIVERY_MS, deliverAlert, retryDelaySeconds } from "../../lib/notify/deliver-alert.ts";
import type { Alert } from "../../lib/notify/target.ts";
import { DELIVERY_ATTEMPTS } from "../../lib/stack/delivery-attempts.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { MemoryAlertLedger } from "../fakes/memory-alert-ledger.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { NOW_MS } from "./target-bed.ts";

const ALERT = makeAlert("a");

function bed() {
  const sent: string[] = [];
  const ports = { ledger: new MemoryAlertLedger(), clock: new VirtualClock(NOW_MS) };
  const target = { send: async ({ id }: Alert) => void sent.push(id) };
  const deliver = (owner: string, to = target) =>
    deliverAlert(ALERT, to, ports, { owner, forgetAt: NOW_MS / 1000 + 60 });
  return { sent, ports, deliver };
}

it("sends an alert once", async () => {
  const { sent, deliver } = bed();
  expect(await deliver("one")).toBe("delivered");
  expect(await deliver("two")).toBe("known");
  expect(sent).toEqual(["a"]);
});

it("sends it again after a failure, once the claim has expired", async () => {
  const { sent, ports, deliver } = bed();
  const failing = { send: () => Promise.reject(new Error("down")) };
  await expect(deliver("one", failing)).rejects.toThrow("down");
  expect(await deliver("two")).toBe("in_flight");
  ports.clock.advance(DELIVERY_MS);
  expect(await deliver("two")).toBe("delivered");
  expect(sent).toEqual(["a"]);
});

it("sends it once when two deliveries come at the same time", async () => {
  const { sent, deliver } = bed();
  expect((await Promise.all([deliver("one"), deliver("two")])).toSorted()).toEqual([
    "delivered",
    "in_flight",
  ]);
  expect(sent).toEqual(["a"]);
});

it("waits longer after each failure, and never less than a claim lasts", () => {
  const attempts = Array.from({ length: DELIVERY_ATTEMPTS - 1 }, (_, i) => i + 1);
  const shortest = attempts.map((n) => retryDelaySeconds(n, undefined, 0));
  expect(shortest.slice(0, 6)).toEqual([120, 240, 480, 960, 1800, 1800]);
  expect(Math.min(...shortest) * 1000).toBeGreaterThanOrEqual(DELIVERY_MS);
  expect(shortest.reduce((sum, seconds) => sum + seconds)).toBe(5 * 3600);
  expect(retryDelaySeconds(1, undefined, 1)).toBe(150);
});

it("waits as long as the target asks, an hour at most", () => {
  expect(retryDelaySeconds(1, 700, 0)).toBe(700);
  expect(retryDelaySeconds(1, 5, 0)).toBe(120);
  expect(retryDelaySeconds(1, 1e9, 0)).toBe(3600);
});
