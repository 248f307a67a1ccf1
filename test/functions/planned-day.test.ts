import { describe, expect, it } from "vitest";
import { nextStep, waitStep } from "../../functions/job-step.ts";
import { PLAN_EVENT, type Plan, planNextDay, stepInTime } from "../../functions/planned-day.ts";

const STARTED_AT = "2026-03-04T03:00:00Z";
const DUE = ["2026-03-01", "2026-03-02", "2026-03-03"];

function next(before: object | undefined, { due = DUE, hours = 1 } = {}): Plan {
  const event = PLAN_EVENT.parse({ op: "plan", startedAt: STARTED_AT, before });
  const nowMs = Date.parse(STARTED_AT) + hours * 3_600_000;
  return planNextDay(due, event, { hoursMax: 18, nowMs });
}

describe("the next day of an execution", () => {
  it("is each day once, oldest first, also when it is still due", () => {
    const first = next(undefined);
    const second = next(first);
    const third = next(second);
    expect([first, second, third].map(({ day }) => day)).toEqual(DUE);
    expect(next(third)).toEqual({ last: "2026-03-03", planned: 3, failures: 0 });
  });

  it("is one that became due meanwhile", () => {
    const last = next({ last: "2026-03-03", planned: 3 }, { due: [...DUE, "2026-03-04"] });
    expect(last.day).toBe("2026-03-04");
  });

  it("comes after one that failed, of which it remembers how", () => {
    const caught = { Error: "SlackApiError", Cause: "invalid_auth" };
    const second = next({ ...next(undefined), caught });
    expect(second).toMatchObject({ day: DUE[1], failures: 1, failure: caught });
    expect(next(second)).toMatchObject({ day: DUE[2], failures: 1, failure: caught });
  });

  it.each([
    ["the execution's time is used up", {}, { hours: 18 }],
    ["its history is", { planned: 300 }, {}],
    ["three days failed", { failures: 2, caught: { Error: "Error" } }, {}],
    ["nothing is due", {}, { due: [] }],
  ])("is none when %s", (_when, before, settings) => {
    expect(next({ last: "", ...before }, settings)).not.toHaveProperty("day");
  });
});

describe("the step after a run of a day", () => {
  const started = Date.parse(STARTED_AT);
  const at = (hours: number) => started + hours * 3_600_000;
  const limits = (hours: number) => ({ hoursMax: 20, nowMs: at(hours) });

  it.each([
    ["another run", nextStep("again", at(19)), 19],
    ["a wait that ends in time", waitStep(at(19.9), at(19)), 19],
    ["the end of a day that took long", nextStep("done", at(22)), 22],
  ])("is %s", (_step, step, hours) => {
    expect(stepInTime(step, STARTED_AT, limits(hours))).toBe(step);
  });

  it.each([
    ["the time is over", nextStep("again", at(20)), 20],
    ["the time is over before a wait", waitStep(at(20), at(19)), 19],
  ])("leaves the day to the next execution when %s", (_when, step, hours) => {
    expect(stepInTime(step, STARTED_AT, limits(hours))).toMatchObject({ next: "done" });
  });

  it("knows no end in a call by hand", () => {
    const step = nextStep("again", at(99));
    expect(stepInTime(step, undefined, limits(99))).toBe(step);
  });
});
