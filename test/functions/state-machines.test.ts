/** The state machines as the stack deploys them, with the functions that they call there. */
import { S3Client } from "@aws-sdk/client-s3";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { MONDAY_MORNING, makeEntries } from "../../fake-slack/entries.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { verify } from "../../lib/seal/verify.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { definitionOf, runWithoutWaits } from "../infra/run-state-machine.ts";
import { type DeployedFunction, SourceTestBed } from "./source-bed.ts";

const HOUR_MS = 3_600_000;
const FROM = "2026-02-26T00:00:00Z";
const MARCH = Date.parse("2026-03-01T00:00:00Z") / 1000;
const DAYS = ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"];

const template = Template.fromJSON(inject("deployed"));
const backfill = definitionOf(template, "Backfillgrid");
const closing = definitionOf(template, "Closinggrid");

type Answer = { next?: string; resumeAt?: string };

let bed: SourceTestBed;
let handlers: Record<"backfill" | "close" | "columns" | "ingest", DeployedFunction>;
/** What the functions answered, and the names of the errors that they threw. */
let answers: (Answer & Record<string, unknown>)[];
let errors: string[];

beforeAll(async () => {
  bed = await SourceTestBed.start(MONDAY_MORNING * 1000 + HOUR_MS);
  handlers = {
    backfill: await bed.load("backfill"),
    close: await bed.load("seal"),
    columns: await bed.load("columns"),
    ingest: await bed.load("ingest"),
  };
  bed.slack.add([
    ...makeEntries(12),
    ...makeEntries(400, { from: Date.parse(FROM) / 1000 + 60, stepSeconds: 900 }),
  ]);
});

afterAll(() => bed.stop());

beforeEach(() => {
  bed.prepare();
  vi.spyOn(systemClock, "sleep").mockImplementation(async (ms) => bed.advance(ms));
  answers = [];
  errors = [];
});

/** As Lambda runs it for a state machine, whose waits let time pass. */
function task(handler: DeployedFunction) {
  return async (event: object) => {
    try {
      const answer = await bed.call<(typeof answers)[number]>(handler, event);
      answers.push(answer);
      if (answer.next === "wait") {
        bed.advance(Math.max(0, Date.parse(answer.resumeAt ?? "") - Date.now()));
      }
      return answer;
    } catch (error) {
      errors.push((error as Error).name);
      throw error;
    }
  };
}

const runBackfill = (input: object) =>
  runWithoutWaits(backfill, input, { BackfillgridFunction: task(handlers.backfill) });
const runSealing = () =>
  runWithoutWaits(
    closing,
    { source: "grid" },
    {
      ClosinggridFunction: task(handlers.close),
      ClosinggridCompactionFunction: task(handlers.columns),
    },
  );

async function archivedLines(): Promise<string[]> {
  const lines: string[] = [];
  for (const [key, body] of bed.objects) {
    if (!key.startsWith(PREFIXES.auditLogs)) continue;
    for (const line of await decodeLines(key, body)) lines.push(Buffer.from(line).toString());
  }
  return lines.sort();
}

const truth = () => [...bed.slack.truth().values()].sort();

describe("the deployed state machines, with their functions", () => {
  it("say at once that the live runs come first", async () => {
    await expect(runBackfill({ op: "plan", from: FROM })).rejects.toHaveProperty(
      "cause.name",
      "BackfillPlanError",
    );
    expect(errors).toEqual(["BackfillPlanError"]);
    await bed.call(handlers.ingest, { source: "grid" });
  });

  it("estimate the past without taking anything in", async () => {
    const before = bed.objects.size;
    const output = await runBackfill({ op: "estimate", from: FROM });

    expect(output).toMatchObject({
      plan: {
        spans: [{ from: expect.any(Number) }, {}],
        estimate: { entries: expect.any(Number) },
      },
    });
    expect(bed.objects.size).toBe(before);
    expect(await bed.writers()).toEqual(["grid"]);
  });

  it("bring the past in, through a 429 and runs that fail", async () => {
    let calls = 0;
    bed.slack.faults.when(({ params }) => {
      if (Number(params.oldest) >= MARCH) return undefined; // two spans are at work
      calls += 1;
      if (calls === 1) return { kind: "throttled", retryAfter: "600" };
      return calls <= 3 ? "token_refused" : undefined;
    });

    await runBackfill({ op: "plan", from: FROM });
    bed.slack.faults.clear();

    expect(answers.map(({ outcome }) => outcome)).toContain("throttled");
    expect(errors).toEqual(["SlackApiError"]);
    expect(await archivedLines()).toEqual(truth());
    expect(await bed.writers()).toHaveLength(3);
  });

  it("have nothing to do when the same backfill is started again", async () => {
    const calls = bed.slack.calls.length;
    await runBackfill({ op: "plan", from: FROM });

    expect(answers).toEqual([{ spans: [] }]);
    expect(bed.slack.calls).toHaveLength(calls);
  });

  it("seal every settled day, once it is the same on both sides", async () => {
    // Until the day is over, and has settled.
    for (let hours = 0; hours < 20; hours += 4) {
      bed.advance(4 * HOUR_MS);
      await bed.call(handlers.ingest, { source: "grid" });
    }
    // It appears after the live runs have looked: the close finds it.
    bed.slack.add(makeEntries(1, { from: MONDAY_MORNING + 7200 }));
    bed.slack.faults.next({ kind: "throttled", retryAfter: "300" });

    await runSealing();

    expect(answers.filter(({ outcome }) => outcome === "sealed").map(({ day }) => day)).toEqual(
      DAYS,
    );
    expect(await archivedLines()).toEqual(truth());
    const archive = new S3ArchiveStore(new S3Client({ forcePathStyle: true }), bed.bucket);
    const report = await verify(archive, { source: "grid" });
    expect(report).toMatchObject({ damages: [], unreconciled: [], manifests: DAYS.length });
    expect(report.entries).toBe(413);
  });

  it("seal nothing twice", async () => {
    const before = bed.objects.size;
    await runSealing();

    const nothing = { last: "", planned: 0, failures: 0 };
    expect(answers).toEqual([nothing, nothing]); // to seal, and to put into columns
    expect(bed.objects.size).toBe(before);
  });
});
