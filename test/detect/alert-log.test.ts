import { expect, it } from "vitest";
import { alertKey } from "../../lib/archive/alert-object.ts";
import { AlertLog } from "../../lib/detect/alert-log.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { makeAlert } from "./make-alert.ts";

it("keeps an alert once, as it was first", async () => {
  const store = new MemoryArchiveStore();
  const log = new AlertLog(store);
  const alert = makeAlert("a");
  await log.keep(alert);
  await log.keep({ ...alert, entries: 2 });
  const [[key, body] = ["", Buffer.of()], ...more] = store.objects;
  expect(more).toEqual([]);
  expect(key).toBe(alertKey(alert));
  expect(Buffer.from(body).toString()).toBe(`${JSON.stringify(alert)}\n`);
});
