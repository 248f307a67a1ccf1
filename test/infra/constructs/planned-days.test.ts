/** The days that are sealed and put into columns, as the state machine of `sealing.ts` works on them. */
import { ExecutionError } from "aws-local-stepfunctions";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextStep, waitStep } from "../../../functions/job-step.ts";
import { PLAN_EVENT, type Plan, planNextDay, stepInTime } from "../../../functions/planned-day.ts";
import { definitionOf, run as runStateMachine } from "../run-state-machine.ts";
import { synthesize } from "../synthesize.ts";

const MINUTE_MS = 60_000;
const SCHEDULED = { source: "acme" };

type Task = (event: Event) => unknown;
type Event = { op: string; day?: string; startedAt?: string };

const { template } = synthesize();
const definition = definitionOf(template, "Closingacme");

const run = (close: Task, compact: Task = nothing) =>
  runStateMachine(definition, SCHEDULED, {
    ClosingacmeFunction: close,
    ClosingacmeCompactionFunction: compact,
  });

/** Plans as the functions do. */
function plan(event: Event, due: string[], hoursMax = 18): Plan {
  return planNextDay(due, PLAN_EVENT.parse(event), { hoursMax, nowMs: Date.now() });
}

const nothing = (event: Event) => plan(event, []);

/** Works on each day in two runs. */
function workFunction(days: string[], hoursMax?: number) {
  const events: Event[] = [];
  const due = [...days];
  const begun = new Set<string>();
  return {
    events,
    call: (event: Event) => {
      const { op, day = "" } = event;
      events.push(op === "plan" ? { op } : { op, day });
      if (op === "plan") return plan(event, due, hoursMax);
      if (!begun.has(day)) {
        begun.add(day);
        return waitStep(Date.now() + 5 * MINUTE_MS, Date.now());
      }
      due.splice(due.indexOf(day), 1);
      return nextStep("done", Date.now());
    },
  };
}

describe("the state machine that seals days and puts them into columns", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-03-01T04:30:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("seals one day after the other, each until it is done", async () => {
    const { call, events } = workFunction(["2026-02-27", "2026-02-28"]);

    await run(call);

    expect(events).toEqual([
      { op: "plan" },
      { op: "close", day: "2026-02-27" },
      { op: "close", day: "2026-02-27" },
      { op: "plan" },
      { op: "close", day: "2026-02-28" },
      { op: "close", day: "2026-02-28" },
      { op: "plan" },
    ]);
  });

  it("ends after the plan when every settled day is sealed", async () => {
    const { call, events } = workFunction([]);

    await run(call);

    expect(events).toEqual([{ op: "plan" }]);
  });

  it("goes on with the next day when one keeps failing, and fails with its error at the end", async () => {
    const seal = workFunction(["2026-02-27", "2026-02-28"]);
    const columns = workFunction(["2026-02-26"]);
    const failing = (event: Event) => {
      if (event.day === "2026-02-27") throw new Error("invalid_auth");
      return seal.call(event);
    };

    const result = run(failing, columns.call);

    await expect(result).rejects.toThrow(ExecutionError);
    await expect(result).rejects.toHaveProperty("cause.message", "invalid_auth");
    expect(seal.events).toEqual([
      { op: "plan" },
      { op: "plan" },
      { op: "close", day: "2026-02-28" },
      { op: "close", day: "2026-02-28" },
      { op: "plan" },
    ]);
    expect(columns.events).toContainEqual({ op: "compact", day: "2026-02-26" });
  });

  it("gives up when it is not the days that fail, and still puts into columns what is sealed", async () => {
    const due = ["2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"];
    const columns = workFunction(["2026-02-20"]);
    const tried = new Set<string>();
    const failing = (event: Event) => {
      if (event.op === "plan") return plan(event, due);
      tried.add(event.day ?? "");
      throw new Error("invalid_auth");
    };

    await expect(run(failing, columns.call)).rejects.toHaveProperty(
      "cause.message",
      "invalid_auth",
    );
    expect([...tried]).toEqual(due.slice(0, 3));
    expect(columns.events).toContainEqual({ op: "compact", day: "2026-02-20" });
  });

  it("puts into columns what is sealed when there is no plan of what to seal", async () => {
    const columns = workFunction(["2026-02-20"]);
    const failing = () => {
      throw new Error("the table is not there");
    };

    await expect(run(failing, columns.call)).rejects.toHaveProperty(
      "cause.message",
      "the table is not there",
    );
    expect(columns.events).toContainEqual({ op: "compact", day: "2026-02-20" });
  });

  it("puts into columns what is sealed, once all days are sealed", async () => {
    const seal = workFunction(["2026-02-28"]);
    const columns = workFunction(["2026-02-27", "2026-02-28"]);
    const compact = (event: Event) => {
      seal.events.push({ op: `columns: ${event.op}`, day: event.day ?? "" });
      return columns.call(event);
    };

    await run(seal.call, compact);

    expect(seal.events.map(({ op, day }) => `${op} ${day ?? ""}`.trim())).toEqual([
      "plan",
      "close 2026-02-28",
      "close 2026-02-28",
      "plan",
      "columns: plan",
      "columns: compact 2026-02-27",
      "columns: compact 2026-02-27",
      "columns: plan",
      "columns: compact 2026-02-28",
      "columns: compact 2026-02-28",
      "columns: plan",
    ]);
  });

  it("fails when a day cannot be put into columns, after the others", async () => {
    const { call, events } = workFunction(["2026-02-27", "2026-02-28"]);
    const failing = (event: Event) => {
      if (event.day === "2026-02-27") throw new Error("EXCEEDED_MEMORY_LIMIT");
      return call(event);
    };

    await expect(run(nothing, failing)).rejects.toHaveProperty(
      "cause.message",
      "EXCEEDED_MEMORY_LIMIT",
    );
    expect(events).toContainEqual({ op: "compact", day: "2026-02-28" });
  });

  it("ends in time when there are more days than it can seal, and puts into columns what is sealed", async () => {
    const days = Array.from(
      { length: 28 },
      (_, day) => `2026-02-${String(day + 1).padStart(2, "0")}`,
    );
    const sealed: string[] = [];
    const slow = (event: Event) => {
      if (event.op === "plan") return plan(event, days);
      const isDone = sealed.at(-1) === event.day;
      sealed.push(event.day ?? "");
      return isDone
        ? nextStep("done", Date.now())
        : waitStep(Date.now() + 120 * MINUTE_MS, Date.now());
    };
    const columns = workFunction(["2026-01-31"], 22);
    const startedAtMs = Date.now();

    await run(slow, columns.call);

    expect(new Set(sealed).size).toBe(9);
    expect(columns.events).toContainEqual({ op: "compact", day: "2026-01-31" });
    expect(Date.now() - startedAtMs).toBeLessThan(19 * 60 * MINUTE_MS);
  });

  it("puts into columns what is sealed, though a day has more entries than a night can list", async () => {
    const endless = (event: Event) =>
      event.op === "plan"
        ? plan(event, ["2026-02-27", "2026-02-28"])
        : stepInTime(waitStep(Date.now() + 10 * MINUTE_MS, Date.now()), event.startedAt, {
            ...{ hoursMax: 20, nowMs: Date.now() },
          });
    const columns = workFunction(["2026-01-31"], 22);

    await run(endless, columns.call);

    expect(columns.events).toContainEqual({ op: "compact", day: "2026-01-31" });
  });

  it("keeps its history below 25,000 events with 3,190 days to work on, each of which waits", async () => {
    const days = Array.from({ length: 3190 }, (_, at) =>
      new Date(Date.UTC(2017, 5, 1 + at)).toISOString().slice(0, 10),
    );
    let events = 0;
    const counted = (call: Task) => (event: Event) => {
      const answer = call(event) as { next?: string };
      // A call has five, the choice after it two, and a wait two.
      events += answer.next === "wait" ? 9 : 7;
      return answer;
    };
    const waits = new Map<string, number>();
    const seal = (event: Event) => {
      const { op, day = "" } = event;
      if (op === "plan") return plan(event, days);
      const waited = waits.get(day) ?? 0;
      waits.set(day, waited + 1);
      return waited < 2 ? waitStep(0, Date.now()) : nextStep("done", Date.now());
    };
    const columns = (event: Event) =>
      event.op === "plan" ? plan(event, days, 22) : nextStep("done", Date.now());

    await run(counted(seal), counted(columns));

    expect(waits.size).toBe(300);
    // What is left has room for nothing but waits until the execution's last hour.
    expect(events).toBeLessThan(25_000);
    const ofTwoJobs = events - 9 * 2 * waits.size;
    expect((3 / 2) * ofTwoJobs + 9 * 22 * 60).toBeLessThan(25_000);
  });

  it("is over before the next one starts, whatever a day waits for", async () => {
    const waiting = (event: Event) =>
      event.op === "plan"
        ? plan(event, ["2026-02-28"])
        : waitStep(Date.now() + 10 * MINUTE_MS, Date.now());
    const startedAtMs = Date.now();

    await expect(run(waiting)).rejects.toThrow(/timed out/i);

    expect(Date.now() - startedAtMs).toBe(23 * 60 * MINUTE_MS);
  });
});
