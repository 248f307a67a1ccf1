import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqliteWatchState } from "../../lib/local/sqlite-watch-state.ts";
import { describeCorrelationStore } from "../contracts/correlation-store-contract.ts";
import { makeAlert } from "../detect/make-alert.ts";

let directory: string;
let state: SqliteWatchState;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "audit-lake-state-"));
  state = SqliteWatchState.open(directory);
});
afterEach(() => {
  state.close();
  rmSync(directory, { recursive: true });
});

const NEVER = 9_999_999_999;

describeCorrelationStore("SqliteWatchState", () => state);

describe("SqliteWatchState", () => {
  it("is for its owner's eyes only", () => {
    expect(statSync(join(directory, "alerts.sqlite")).mode & 0o077).toBe(0);
  });

  it("knows what it was told when it is opened again", () => {
    expect(state.isNew()).toBe(true);
    state.noteSeen(["a"], NEVER);
    state.raise(makeAlert("one"), ["soc", "siem"], NEVER);
    state.noteDelivered("one", "soc");
    state.close();
    state = SqliteWatchState.open(directory);
    expect(state.isNew()).toBe(false);
    expect([state.hasSeen("a"), state.hasSeen("b")]).toEqual([true, false]);
    expect([state.hasRaised("one"), state.hasRaised("two")]).toEqual([true, false]);
    expect(state.nextDue("siem", 0)).toEqual({ alert: makeAlert("one"), attempts: 0 });
    expect(state.nextDue("soc", 0)).toBeUndefined();
  });

  it("keeps what a target has when an alert is raised again", () => {
    state.raise(makeAlert("one"), ["soc"], NEVER);
    state.noteDelivered("one", "soc");
    state.raise(makeAlert("one"), ["soc"], NEVER);
    expect(state.nextDue("soc", 0)).toBeUndefined();
  });

  it("counts attempts, and has a delivery wait", () => {
    state.raise(makeAlert("one"), ["soc"], NEVER);
    state.noteFailure("one", "soc", "down", 1000);
    expect(state.nextDue("soc", 999)).toBeUndefined();
    expect(state.nextDue("soc", 1000)).toMatchObject({ attempts: 1 });
    state.noteFailure("one", "soc", "down");
    expect(state.nextDue("soc", NEVER)).toBeUndefined();
    expect(state.givenUp()).toEqual([{ alertId: "one", target: "soc", problem: "down" }]);
    expect(state.retryGivenUp()).toBe(1);
    expect(state.nextDue("soc", 0)).toMatchObject({ attempts: 0 });
  });

  it("has the oldest go first, of those whose time has come", () => {
    for (const id of ["one", "two", "three"]) state.raise(makeAlert(id), ["soc"], NEVER);
    state.noteFailure("one", "soc", "down", 1000);
    expect(state.nextDue("soc", 999)).toMatchObject({ alert: { id: "two" } });
    expect(state.nextDue("soc", 1000)).toMatchObject({ alert: { id: "one" } });
  });

  it("forgets objects, points and alerts with their deliveries, each in its time", async () => {
    state.noteSeen(["old"], 10);
    state.noteSeen(["new"], 11);
    state.raise(makeAlert("old"), ["soc"], 10);
    state.raise(makeAlert("new"), ["soc"], 11);
    await state.add("old", new Set(["1"]), 10);
    state.forget(10);
    expect([state.hasSeen("old"), state.hasSeen("new")]).toEqual([false, true]);
    expect(state.nextDue("soc", 0)).toMatchObject({ alert: { id: "new" } });
    expect(await state.read("old")).toEqual(new Set());
  });
});
