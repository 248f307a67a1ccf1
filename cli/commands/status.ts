import type { Command } from "commander";
import { ArchiveObjectError, decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES, sourcePrefix } from "../../lib/archive/object-key.ts";
import { sealedDays } from "../../lib/archive/sealed-day.ts";
import { type BackfillProgress, backfillProgress } from "../../lib/backfill/progress.ts";
import { sourcesIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import type { Claim, WriterStatus } from "../../lib/ports.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { nowSeconds } from "../../lib/time.ts";
import { reportError } from "../errors.ts";
import { addArchiveOption, checkReadable, isWritable } from "../options/archive.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { describeBackfill } from "../output/backfill-status.ts";
import { toJsonLine } from "../output/controls.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { describeSealing, type SealingStatus, toSealingStatus } from "../output/sealing-status.ts";
import {
  describeSourceProgress,
  type KnownWriter,
  type SourceProgress,
  toSourceProgress,
} from "../output/source-status.ts";
import { renderStatusLines } from "../output/status-lines.ts";

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
  stack?: string;
  source?: string;
  json?: true;
}

export function defineStatusCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      "Show how far the archive of each source is complete, and what it holds. With --stack, show this for the deployed stack, along with its tokens and active alarms.",
    )
    .addOption(sourceFilterOption())
    .addOption(stackOption("show the deployed stack"))
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
    .action(async ({ archive, stack, source, json }: StatusOptions) => {
      const now = nowSeconds(systemClock);
      if (stack !== undefined) {
        const { readDeployedStatus, describeDeployedStatus } = await import(
          "../stack/deployed-status.ts"
        );
        const status = await readDeployedStatus(stack, source, now);
        console.log(json ? toJsonLine(status) : describeDeployedStatus(status));
        return;
      }
      await checkReadable(archive);
      await checkSource(archive, source);
      const sources = await readStatus(archive, source, now, (error) => {
        process.exitCode = reportError(error);
      });
      if (json) {
        console.log(toJsonLine({ archive, sources }));
      } else {
        console.log(sources.map(describe).join("\n\n"));
      }
    });
}

/**
 * @param only - the one source to read; all when it is absent
 * @param onDamage - told of each object that cannot be counted
 */
async function readStatus(
  directory: string,
  only: string | undefined,
  nowSeconds: number,
  onDamage: (error: ArchiveObjectError) => void,
): Promise<SourceStatus[]> {
  const store = new DirectoryArchiveStore(directory);
  const held = await measureObjects(store, only);
  const quarantined = await countQuarantined(store, only, onDamage);
  const { writers, claims } = await readCheckpoints(directory, only);
  const statuses: SourceStatus[] = [];
  for (const source of only === undefined ? await sourcesIn(directory) : [only]) {
    const known = writers.get(source) ?? [];
    statuses.push({
      ...toSourceProgress(source, known, claims.get(source), nowSeconds),
      ...toSealingStatus(source, known, await sealedDays(store, source)),
      backfill: backfillProgress(known, nowSeconds * 1000) ?? null,
      objects: held.get(source)?.objects ?? 0,
      bytes: held.get(source)?.bytes ?? 0,
      quarantined: quarantined.get(source) ?? 0,
    });
  }
  return statuses;
}

/** By source. */
async function readCheckpoints(
  directory: string,
  only: string | undefined,
): Promise<{ writers: Map<string, KnownWriter[]>; claims: Map<string, Claim[]> }> {
  const writers = new Map<string, KnownWriter[]>();
  const claims = new Map<string, Claim[]>();
  // Opening would create the file, and a copy of an archive may be read-only.
  if (!SqliteCheckpointStore.isIn(directory)) return { writers, claims };
  const canLock = await isWritable(directory);
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    for (const source of await checkpoints.sources()) {
      if (only !== undefined && source !== only) continue;
      const known = await checkpoints.writers(source);
      // Who is alive is known from locks, which are files; nobody is at work where there are none.
      writers.set(
        source,
        canLock ? known.map((writer) => withoutDeadHolder(checkpoints, writer)) : known,
      );
      claims.set(source, await checkpoints.claims(source));
    }
    return { writers, claims };
  } finally {
    checkpoints.close();
  }
}

/** A process that was killed leaves its lease behind, and the lock tells that it is gone. */
function withoutDeadHolder(checkpoints: SqliteCheckpointStore, status: WriterStatus): KnownWriter {
  const { writer, lease, ...rest } = status;
  return lease === undefined || checkpoints.isAlive(writer, lease)
    ? status
    : { writer, ...rest, lease: undefined, diedHolder: lease.owner };
}

async function measureObjects(
  store: DirectoryArchiveStore,
  only: string | undefined,
): Promise<Map<string, { objects: number; bytes: number }>> {
  const bySource = new Map<string, { objects: number; bytes: number }>();
  for await (const { key, sizeBytes } of store.list(sourcePrefix(PREFIXES.auditLogs, only))) {
    const { objects, bytes } = bySource.get(sourceOf(key)) ?? { objects: 0, bytes: 0 };
    bySource.set(sourceOf(key), { objects: objects + 1, bytes: bytes + sizeBytes });
  }
  return bySource;
}

async function countQuarantined(
  store: DirectoryArchiveStore,
  only: string | undefined,
  onDamage: (error: ArchiveObjectError) => void,
): Promise<Map<string, number>> {
  const bySource = new Map<string, number>();
  for await (const { key } of store.list(sourcePrefix(PREFIXES.quarantine, only))) {
    try {
      const lines = await decodeLines(key, await store.get(key));
      bySource.set(sourceOf(key), (bySource.get(sourceOf(key)) ?? 0) + lines.length);
    } catch (error) {
      if (!(error instanceof ArchiveObjectError)) throw error;
      onDamage(error);
    }
  }
  return bySource;
}

function sourceOf(key: string): string {
  return /^[^/]+\/source=([^/]+)\//.exec(key)?.[1] ?? "unknown";
}

function describe(status: SourceStatus): string {
  return renderStatusLines([
    ["source", status.source],
    // Only imports filled it, or it is a copy without its checkpoints.
    ...describeSourceProgress(status, "unknown: no run is recorded (checkpoints.sqlite)"),
    ["objects", `${formatCount(status.objects)}, ${formatBytes(status.bytes)}`],
    ["quarantined", formatCount(status.quarantined)],
    ...describeSealing(status),
    ...(status.backfill === null ? [] : describeBackfill(status.backfill)),
  ]);
}
