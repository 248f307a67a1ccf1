/** The days that are sealed and put into columns, as the state machine of `sealing.ts` works on them. */
import { ExecutionError } from "aws-local-stepfunctions";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextStep, waitStep } from "../../../functions/job-step.ts";
import { definitionOf, run as runStateMachine } from "../run-state-machine.ts";
import { synthesize } from "../synthesize.ts";

const MINUTE_MS = 60_000;
const SCHEDULED = { source: "acme" };

type Definition = ReturnType<typeof definitionOf>;
type Task = (event: Event) => unknown;
type Event = { op: string; day?: string };

const { template } = synthesize();
const definition = definitionOf(template, "Closingacme");

/** With nothing left to compact. */
const run = (definition: Definition, close: Task, compact: Task = () => ({ days: [] })) =>
  runStateMachine(definition, SCHEDULED, {
    ClosingacmeFunction: close,
    ClosingacmeCompactionFunction: compact,
  });

/** Seals two days a plan, each in two runs. */
function sealFunction(days: string[]) {
  const events: Event[] = [];
  const unsealed = [...days];
  const begun = new Set<string>();
  return {
    events,
    call: ({ op, day = "" }: Event) => {
      events.push(op === "plan" ? { op } : { op, day });
      if (op === "plan") return { days: unsealed.slice(0, 2) };
      if (!begun.has(day)) {
        begun.add(day);
        return waitStep(Date.now() + 5 * MINUTE_MS, Date.now());
      }
      unsealed.splice(unsealed.indexOf(day), 1);
      return nextStep("done", Date.now());
    },
  };
}

describe("the state machine of the close of day", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-03-01T04:30:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("closes the days of the plan one after the other, each until it is done", async () => {
    const { call, events } = sealFunction(["2026-02-27", "2026-02-28"]);

    await run(definition, call);

    expect(events).toEqual([
      { op: "plan" },
      { op: "close", day: "2026-02-27" },
      { op: "close", day: "2026-02-27" },
      { op: "close", day: "2026-02-28" },
      { op: "close", day: "2026-02-28" },
      { op: "plan" },
    ]);
  });

  it("plans again until no day is left, as after a backfill", async () => {
    const days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"];
    const { call, events } = sealFunction(days);

    await run(definition, call);

    const closed = events.flatMap(({ day }) => day ?? []);
    expect([...new Set(closed)]).toEqual(days);
    expect(events.filter(({ op }) => op === "plan")).toHaveLength(4);
  });

  it("ends after the plan when every settled day is sealed", async () => {
    const { call, events } = sealFunction([]);

    await run(definition, call);

    expect(events).toEqual([{ op: "plan" }]);
  });

  it("fails with the error of a day that keeps failing, and plans no more", async () => {
    const { call, events } = sealFunction(["2026-02-27", "2026-02-28"]);
    const failing = (event: Event) => {
      if (event.day === "2026-02-27") throw new Error("invalid_auth");
      return call(event);
    };
    const result = run(definition, failing);

    await expect(result).rejects.toThrow(ExecutionError);
    await expect(result).rejects.toHaveProperty("cause.message", "invalid_auth");
    expect(events.filter(({ op }) => op === "plan")).toHaveLength(1);
  });

  it("compacts what is sealed, once all days are sealed", async () => {
    const { call, events } = sealFunction(["2026-02-28"]);
    const sealed = sealFunction(["2026-02-27", "2026-02-28"]);
    const compact = (event: Event) => {
      events.push({ op: `compaction: ${event.op}`, day: event.day ?? "" });
      return sealed.call(event);
    };

    await run(definition, call, compact);

    expect(events.map(({ op, day }) => `${op} ${day ?? ""}`.trim())).toEqual([
      "plan",
      "close 2026-02-28",
      "close 2026-02-28",
      "plan",
      "compaction: plan",
      "compaction: compact 2026-02-27",
      "compaction: compact 2026-02-27",
      "compaction: compact 2026-02-28",
      "compaction: compact 2026-02-28",
    ]);
  });

  it("fails when a day cannot be compacted, with every day sealed", async () => {
    const { call, events } = sealFunction(["2026-02-28"]);
    const failing = ({ op }: Event) => {
      if (op === "plan") return { days: ["2026-02-28"] };
      throw new Error("EXCEEDED_MEMORY_LIMIT");
    };

    await expect(run(definition, call, failing)).rejects.toHaveProperty(
      "cause.message",
      "EXCEEDED_MEMORY_LIMIT",
    );
    expect(events.at(-1)).toEqual({ op: "plan" });
  });

  it("is over before the next one starts, whatever a day waits for", async () => {
    const waiting = ({ op }: Event) =>
      op === "plan" ? { days: ["2026-02-28"] } : waitStep(Date.now() + 10 * MINUTE_MS, Date.now());
    const startedAtMs = Date.now();

    await expect(run(definition, waiting)).rejects.toThrow(/timed out/i);

    expect(Date.now() - startedAtMs).toBe(23 * 60 * MINUTE_MS);
  });
});
