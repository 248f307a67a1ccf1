import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { collectReport } from "../../lib/report/collect.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { SECONDS_PER_HOUR } from "../../lib/time.ts";
import { makeDirectory, writeArchive } from "../sql/open-lake-of.ts";

describe("the rules beside the queries", () => {
  const QUERIES_FAILED = new Error("the queries failed");
  const RULES_FAILED = new Error("an object cannot be read");
  const HOURLY = Array.from({ length: 9 }, (_, hour) =>
    makeEntry({ dateCreate: MONDAY_MORNING + hour * SECONDS_PER_HOUR }),
  );

  async function collectFrom(
    get: (store: DirectoryArchiveStore, key: string) => Promise<Uint8Array>,
    readAll: (onReading: () => void) => Promise<never[]>,
    onRulesEnd?: () => void,
  ): Promise<ReportData> {
    const directory = await makeDirectory();
    await writeArchive(directory, HOURLY);
    const stored = new DirectoryArchiveStore(directory);
    const store = new DirectoryArchiveStore(directory);
    store.get = (key) => get(stored, key);
    return collectReport(
      {
        version: "1.2.3",
        archive: "archive",
        store,
        sources: ["slack"],
        heads: new Map(),
        readAll: (_statements, _days, _take, onReading = () => {}) => readAll(onReading),
        rules: { rules: DETECTIONS, context: NO_CONTEXT, periodSeconds: 3600 },
      },
      { period: { from: "2026-03-02", to: "2026-03-02" }, generatedAt: MONDAY_MORNING },
      new AbortController().signal,
      onRulesEnd,
    );
  }

  it("end with the object that they are at when a query fails, and the report after them", async () => {
    const queries = Promise.withResolvers<never[]>();
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const keys: string[] = [];
    let isOver = false;
    const data = collectFrom(
      async (stored, key) => {
        keys.push(key);
        begun.resolve();
        await mayEnd.promise;
        return stored.get(key);
      },
      (onReading) => {
        onReading();
        return queries.promise;
      },
    ).finally(() => {
      isOver = true;
    });
    await begun.promise;
    queries.reject(QUERIES_FAILED);
    await setImmediate();

    expect(isOver).toBe(false);
    mayEnd.resolve();
    await expect(data).rejects.toBe(QUERIES_FAILED);
    expect(keys).toHaveLength(1);
  });

  it("begin once, and not before entries are read", async () => {
    const keys: string[] = [];
    let before: number | undefined;
    await collectFrom(
      (stored, key) => {
        keys.push(key);
        return stored.get(key);
      },
      async (onReading) => {
        await setImmediate();
        before = keys.length;
        onReading();
        onReading();
        return [];
      },
    );

    expect(before).toBe(0);
    expect(keys).toHaveLength(HOURLY.length);
  });

  it("say that they have ended, while queries still run", async () => {
    const rules = Promise.withResolvers<void>();

    const data = collectFrom(
      (stored, key) => stored.get(key),
      async (onReading) => {
        onReading();
        await rules.promise;
        return [];
      },
      rules.resolve,
    );

    await expect(data).resolves.toBeDefined();
  });

  it.each([
    ["is said once the queries have ended", undefined, RULES_FAILED],
    ["comes after what the queries say", QUERIES_FAILED, QUERIES_FAILED],
  ])("fail, which %s", async (_, ofQueries, said) => {
    const failed = Promise.withResolvers<void>();
    const data = collectFrom(
      () => {
        failed.resolve();
        return Promise.reject(RULES_FAILED);
      },
      async (onReading) => {
        onReading();
        await failed.promise;
        if (ofQueries !== undefined) throw ofQueries;
        return [];
      },
    );

    await expect(data).rejects.toBe(said);
  });
});
