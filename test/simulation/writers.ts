import {
  inOrder,
  manifestsPrefix,
  parseManifestKey,
  type SealedRevision,
} from "../../lib/archive/sealed-day.ts";
import { backfillWriter, liveWriter, spanOfWriter } from "../../lib/archive/writer.ts";
import type { IngestPorts } from "../../lib/ingest/ingest.ts";
import type { Checkpoint } from "../../lib/ports.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../../lib/run/background-pacer.ts";
import type { Logger } from "../../lib/slack/logger.ts";
import type { TimeRange } from "../../lib/time.ts";
import type { Engine } from "./engine.ts";
import { ALLOWED_LATENESS_SECONDS, SETTLE_DELAY_SECONDS } from "./entries.ts";
import { refuseToken } from "./failures.ts";
import type { Platform, Process } from "./platform.ts";
import type { Promises } from "./promises.ts";
import type { SourceScenario } from "./scenario.ts";
import type { SimulatedArchive } from "./simulated-archive.ts";
import type { SimulatedColumns } from "./simulated-columns.ts";
import { type SimulatedSlack, toResponse } from "./simulated-slack.ts";
import type { SimulatedTable } from "./simulated-table.ts";

/** To which the live runs are set later, in some scenarios. */
const RAISED_LATENESS_SECONDS = 3600;

/** What a writer of a source works with. */
export interface World {
  engine: Engine;
  platform: Platform;
  archive: SimulatedArchive;
  columns: SimulatedColumns;
  table: SimulatedTable;
}

/** Every writer of one source, each in a process of its own, as functions and commands run them. */
export class Writers {
  readonly #world: World;
  readonly #source: SourceScenario;
  readonly #slack: SimulatedSlack;
  readonly #promises: Promises;
  /** The token as a function that is kept warm has it, from run to run. */
  readonly #tokens = new Map<string, string>();
  /** By writer, epoch milliseconds: what Slack asked for ended a run, which saved it. */
  readonly #notBeforeMs = new Map<string, number>();
  hasImported = false;

  constructor(world: World, source: SourceScenario, slack: SimulatedSlack, promises: Promises) {
    this.#world = world;
    this.#source = source;
    this.#slack = slack;
    this.#promises = promises;
  }

  get source(): string {
    return this.#source.name;
  }

  /** One run of the live function. */
  async ingest() {
    const { engine, platform } = this.#world;
    const { name, pageLimit, crossesHours } = this.#source;
    const { start, raisesLatenessAtMs } = platform.scenario;
    const writer = liveWriter(name);
    const allowedLatenessSeconds =
      platform.time.nowMs >= raisesLatenessAtMs
        ? RAISED_LATENESS_SECONDS
        : ALLOWED_LATENESS_SECONDS;
    const notBeforeMs = this.#waitsUntil(writer);
    const summary = await platform.run(`${name}: live run`, (process) =>
      engine.ingest(
        this.#portsOf(process, { notBeforeMs }),
        {
          ...{ source: name, owner: process.name, firstStart: start, pageLimit, crossesHours },
          ...{ settleDelaySeconds: SETTLE_DELAY_SECONDS, allowedLatenessSeconds },
        },
        process,
      ),
    );
    this.#noteThrottling(writer, summary);
    return summary;
  }

  /** Plan a backfill of all that is older, and begin it, perhaps after someone has thought about it. */
  async planBackfill(thinkMs: number): Promise<void> {
    const { engine, platform } = this.#world;
    const { name, backfillFrom: from, backfillAskedAtMs } = this.#source;
    if (from === undefined || platform.time.nowMs < backfillAskedAtMs) return;
    const work = async (process: Process) => {
      const ports = this.#portsOf(process);
      const { spans } = await engine.planBackfill(ports, { source: name, from });
      await process.clock.sleep(thinkMs);
      await engine.beginBackfill(ports, name, spans, process.name);
      return { spans };
    };
    await platform.run(`${name}: backfill plan`, work, { isCommand: true });
  }

  /** Spans that are planned and not finished. */
  get unfinishedSpans(): TimeRange[] {
    const { table, engine } = this.#world;
    const writers = [...table.items].flatMap(([writer, item]) => {
      const span = spanOfWriter(writer);
      const isOurs = span !== undefined && writer === backfillWriter(this.source, span);
      const checkpoint = item.checkpoint as Checkpoint | undefined;
      return isOurs ? [{ writer, checkpoint, lease: undefined, updatedAt: 0 }] : [];
    });
    return engine
      .spansOf(writers)
      .filter(({ span, watermark }) => watermark < span.until)
      .map(({ span }) => span);
  }

  /** One run of the backfill function over one span. */
  async backfill(span: TimeRange) {
    const { engine, platform } = this.#world;
    const { name, pageLimit } = this.#source;
    const writer = backfillWriter(name, span);
    const notBeforeMs = Math.max(this.#waitsUntil(writer), this.#waitsUntil(liveWriter(name)));
    const summary = await platform.run(`${name}: backfill`, (process) =>
      engine.backfillSpan(
        this.#portsOf(process, { notBeforeMs, isBackground: true }),
        { source: name, span, owner: process.name, pageLimit },
        process,
      ),
    );
    this.#noteThrottling(writer, summary);
    return summary;
  }

  /** Import the export, all of it. */
  async import(): Promise<void> {
    const { engine, platform } = this.#world;
    const { name, imported } = this.#source;
    if (imported.length === 0) return;
    const { entries } = engine.parseLogsPage(Buffer.from(`{"entries":[${imported.join(",")}]}`));
    const report = await platform.run(
      `${name}: import`,
      (process) =>
        engine.importEntries(this.#portsOf(process), name, [{ name: "export.json", entries }]),
      { isCommand: true },
    );
    this.hasImported ||= report !== undefined;
  }

  /** What the state machine does once a day: seal each day that can be sealed. */
  async seal(pauseMs: number): Promise<void> {
    const { platform } = this.#world;
    const days = (await this.daysToSeal()) ?? [];
    for (const day of days) {
      if (pauseMs > 0) {
        await new Promise<void>((resolve) => platform.time.plan(pauseMs, resolve));
      }
      await this.#sealDay(day);
    }
  }

  daysToSeal(): Promise<string[] | undefined> {
    const { engine, platform } = this.#world;
    return platform.run(`${this.source}: seal plan`, (process) =>
      engine.daysToSeal(this.#portsOf(process), this.#sealSettings, 40),
    );
  }

  async #sealDay(day: string): Promise<void> {
    const { engine, platform } = this.#world;
    const { pageLimit } = this.#source;
    const live = liveWriter(this.source);
    const notBeforeMs = Math.max(this.#waitsUntil("seal"), this.#waitsUntil(live));
    const summary = await platform.run(`${this.source}: seal`, (process) =>
      engine.sealDay(
        this.#portsOf(process, { notBeforeMs, isBackground: true }),
        { ...this.#sealSettings, day, owner: process.name, pageLimit },
        process,
      ),
    );
    this.#noteThrottling("seal", summary);
  }

  /** Sealed days, each with its newest revision, that are not in columns as they were sealed. */
  get daysWithoutColumns(): SealedRevision[] {
    const { archive, columns } = this.#world;
    const manifests = archive.keys(manifestsPrefix(this.source)).flatMap((key) => {
      const manifest = parseManifestKey(this.source, key);
      return manifest === undefined ? [] : [manifest];
    });
    const newest = new Map(inOrder(manifests).map((manifest) => [manifest.day, manifest]));
    return [...newest.values()].filter(
      ({ day, revision }) => !columns.has(this.source, day, revision),
    );
  }

  /** What follows the seals: each sealed day into columns. @returns days that cannot be served from there */
  async writeColumns(): Promise<string[]> {
    const { engine, platform, archive, columns } = this.#world;
    const refused: string[] = [];
    for (const { day } of this.daysWithoutColumns) {
      await platform.run(`${this.source}: columns`, async (process) => {
        const store = archive.storeFor(process, this.#promises);
        try {
          return await engine.writeDayColumns(store, columns.storeFor(process), this.source, day);
        } catch (error) {
          if (!(error instanceof engine.ColumnsError)) throw error;
          refused.push(day);
          return { refused: error.message };
        }
      });
    }
    return refused;
  }

  get #sealSettings() {
    const { sealDelaySeconds } = this.#world.platform.scenario;
    return {
      source: this.source,
      sealDelaySeconds,
      allowedLatenessSeconds: ALLOWED_LATENESS_SECONDS,
    };
  }

  #waitsUntil(writer: string): number {
    return this.#notBeforeMs.get(writer) ?? 0;
  }

  #noteThrottling(
    writer: string,
    summary: { outcome: string; notBefore?: number } | undefined,
  ): void {
    if (summary?.outcome === "throttled" && summary.notBefore !== undefined) {
      this.#notBeforeMs.set(writer, Math.max(summary.notBefore, this.#waitsUntil(writer)));
    }
  }

  /** @param notBeforeMs - epoch milliseconds: the run is not to call Slack before it */
  #portsOf(process: Process, { notBeforeMs = 0, isBackground = false } = {}): IngestPorts {
    const { engine, platform, archive, table } = this.#world;
    const { clock } = process;
    const client = table.client((what, effect) => platform.store(process, what, effect), process);
    const kind = isBackground ? "background" : "live";
    // A function that starts cold reads the token anew.
    if (platform.isTroubled && platform.random.chance(0.2)) this.#tokens.delete(kind);
    const read = async () => {
      const token = this.#tokens.get(kind) ?? this.#slack.token;
      this.#tokens.set(kind, token);
      return token;
    };
    return {
      clock,
      slack: engine.createSlackSource({
        tokens: {
          get: read,
          refresh: async () => {
            this.#tokens.delete(kind);
            return read();
          },
        },
        clock,
        logger: this.#logger,
        random: () => platform.random.next(),
        ...(isBackground ? { backgroundCallsPerMinute: BACKGROUND_CALLS_PER_MINUTE } : {}),
        fetch: (async (href: string, init: { headers: Record<string, string> }) => {
          this.#assertMayCall(process, notBeforeMs);
          return this.#fetch(process, href, init.headers.authorization);
        }) as unknown as typeof fetch,
      }),
      archive: archive.storeFor(process, this.#promises),
      checkpoints: new engine.DynamoDbCheckpointStore(client, "checkpoints"),
    };
  }

  #assertMayCall(process: Process, notBeforeMs: number): void {
    const { platform } = this.#world;
    const nowMs = process.clock.nowMs();
    if (nowMs >= process.deadlineMs) {
      platform.break(`${process.name} calls Slack ${nowMs - process.deadlineMs} ms too late`);
    }
    if (nowMs < notBeforeMs - 2 * platform.scenario.skewMsMax) {
      platform.break(`${process.name} calls Slack ${notBeforeMs - nowMs} ms before it may`);
    }
  }

  #fetch(process: Process, href: string, authorization: string | undefined) {
    const { platform } = this.#world;
    const { random, isTroubled } = platform;
    const isSilent = isTroubled && random.chance(this.#source.slackFaults / 20);
    return platform.answer(process, isSilent ? 3_600_000 : random.integer(50, 1500), () => {
      const answer = this.#slack.respond(href, authorization, isTroubled);
      platform.log(
        process,
        () => `GET ${decodeURIComponent(href)} → ${answer.status} ${answer.body.slice(0, 200)}`,
      );
      return toResponse(answer);
    });
  }

  /** What the client logs must not show the token either. */
  readonly #logger = Object.fromEntries(
    ["debug", "info", "warn", "error"].map((level) => [
      level,
      (...said: unknown[]) => {
        try {
          refuseToken(...said);
        } catch (error) {
          this.#world.platform.break(error as Error);
        }
      },
    ]),
  ) as unknown as Logger;
}
