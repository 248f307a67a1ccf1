import { type Command, Option } from "commander";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { type BackfillProgress, backfillProgress } from "../../lib/backfill/progress.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import type { LaneStatus } from "../../lib/ports.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { STACK_HELP } from "../options/stack.ts";
import { describeBackfill } from "../output/backfill-status.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { describeSealing, type SealingStatus, toSealingStatus } from "../output/sealing-status.ts";
import {
  describeSourceProgress,
  liveOf,
  type SourceProgress,
  toSourceProgress,
} from "../output/source-status.ts";
import { renderStatusLines } from "../output/table.ts";

/** What `--json` prints for each source of a directory. */
interface SourceStatus extends SourceProgress, SealingStatus {
  /** Null when there never was one. */
  backfill: BackfillProgress | null;
  objects: number;
  bytes: number;
  quarantined: number;
}

interface StatusOptions {
  archive: string;
  /** True: given without a name. */
  stack?: string | true;
  json?: true;
}

export function addStatusCommand(program: Command): void {
  addArchiveOption(program.command("status"))
    .summary("show how far the archive is")
    .description(
      "Show, for each source, how far the archive is complete and what it holds. With --stack, that of the deployed stack, with its tokens and the alarms that are going off.",
    )
    .addOption(
      new Option(
        "--stack [name]",
        `the deployed stack (default: "${DEFAULT_STACK_NAME}")`,
      ).conflicts("archive"),
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake status
  audit-lake status --archive /srv/audit --json | jq '.sources[].lagSeconds'
  audit-lake status --stack SlackAuditLake
${STACK_HELP}`,
    )
    .action(async ({ archive, stack, json }: StatusOptions) => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      if (stack !== undefined) {
        const { readDeployedStatus, describeDeployedStatus } = await import(
          "../stack/deployed-status.ts"
        );
        const name = stack === true ? DEFAULT_STACK_NAME : stack;
        const status = await readDeployedStatus(name, nowSeconds);
        console.log(json ? JSON.stringify(status) : describeDeployedStatus(status));
        return;
      }
      await checkReadable(archive);
      const sources = await readStatus(archive, nowSeconds);
      if (json) {
        console.log(JSON.stringify({ archive, sources }));
      } else {
        console.log(sources.map(describe).join("\n\n") || `Nothing is archived in ${archive} yet.`);
      }
    });
}

async function readStatus(directory: string, nowSeconds: number): Promise<SourceStatus[]> {
  const store = new DirectoryArchiveStore(directory);
  const held = await measureObjects(store);
  const quarantined = await countQuarantined(store);
  const lanes = await readLanes(directory);
  const names = new Set([...lanes.keys(), ...held.keys(), ...quarantined.keys()]);
  return [...names].sort().map((source) => ({
    ...toSourceProgress(source, liveOf(lanes.get(source)), nowSeconds),
    ...toSealingStatus(source, lanes.get(source)),
    backfill: backfillProgress(lanes.get(source) ?? [], nowSeconds * 1000) ?? null,
    objects: held.get(source)?.objects ?? 0,
    bytes: held.get(source)?.bytes ?? 0,
    quarantined: quarantined.get(source) ?? 0,
  }));
}

async function readLanes(directory: string): Promise<Map<string, LaneStatus[]>> {
  const bySource = new Map<string, LaneStatus[]>();
  // Opening would make the file, and a copy of an archive may be read-only.
  if (!SqliteCheckpointStore.isIn(directory)) return bySource;
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    for (const source of await checkpoints.sources()) {
      bySource.set(source, await checkpoints.lanes(source));
    }
    return bySource;
  } finally {
    checkpoints.close();
  }
}

async function measureObjects(
  store: DirectoryArchiveStore,
): Promise<Map<string, { objects: number; bytes: number }>> {
  const bySource = new Map<string, { objects: number; bytes: number }>();
  for await (const { key, sizeBytes } of store.list(PREFIXES.auditLogs)) {
    const { objects, bytes } = bySource.get(sourceOf(key)) ?? { objects: 0, bytes: 0 };
    bySource.set(sourceOf(key), { objects: objects + 1, bytes: bytes + sizeBytes });
  }
  return bySource;
}

async function countQuarantined(store: DirectoryArchiveStore): Promise<Map<string, number>> {
  const bySource = new Map<string, number>();
  for await (const { key } of store.list(PREFIXES.quarantine)) {
    const lines = await decodeLines(key, await store.get(key));
    bySource.set(sourceOf(key), (bySource.get(sourceOf(key)) ?? 0) + lines.length);
  }
  return bySource;
}

function sourceOf(key: string): string {
  return /^[^/]+\/source=([^/]+)\//.exec(key)?.[1] ?? "unknown";
}

function describe(status: SourceStatus): string {
  return renderStatusLines([
    ["source", status.source],
    ...describeSourceProgress(status, "no run yet, only imports"),
    ["objects", `${formatCount(status.objects)}, ${formatBytes(status.bytes)}`],
    ["quarantined", formatCount(status.quarantined)],
    ...describeSealing(status),
    ...(status.backfill === null ? [] : describeBackfill(status.backfill)),
  ]);
}
