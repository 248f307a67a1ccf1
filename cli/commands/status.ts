import type { Command } from "commander";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import type { CheckpointStatus } from "../../lib/ports.ts";
import { addArchiveOption, checkReadable } from "../archive-directory.ts";
import { formatBytes, formatCount, formatSeconds, formatTime } from "../format.ts";
import { renderFacts } from "../table.ts";

/** What `--json` prints for each source. Times are epoch seconds, or milliseconds where it says so. */
interface SourceStatus {
  source: string;
  /** Where the archive begins and up to where it is complete; null when only imports filled it. */
  start: number | null;
  watermark: number | null;
  lagSeconds: number | null;
  /** The run that is at work, or was when its process died. */
  lease: { owner: string; expiresAtMs: number } | null;
  notBeforeMs: number | null;
  lateScannedAt: number | null;
  /** How far a late scan has come that is not finished. */
  lateScanPosition: number | null;
  objects: number;
  bytes: number;
  quarantined: number;
}

export function addStatusCommand(program: Command): void {
  addArchiveOption(program.command("status"))
    .summary("show how far the archive is")
    .description("Show, for each source, how far the archive is complete and what it holds.")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake status
  audit-lake status --archive /srv/audit --json | jq '.sources[].lagSeconds'`,
    )
    .action(async ({ archive, json }: { archive: string; json?: true }) => {
      await checkReadable(archive);
      const sources = await readStatus(archive, Math.floor(Date.now() / 1000));
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
  const checkpoints = await readCheckpoints(directory);
  const names = new Set([...checkpoints.keys(), ...held.keys(), ...quarantined.keys()]);
  return [...names].sort().map((source) => {
    const { checkpoint, lease } = checkpoints.get(source) ?? {};
    return {
      source,
      start: checkpoint?.start ?? null,
      watermark: checkpoint?.watermark ?? null,
      lagSeconds: checkpoint ? Math.max(0, nowSeconds - checkpoint.watermark) : null,
      lease: lease ? { owner: lease.owner, expiresAtMs: lease.expiresAt } : null,
      notBeforeMs: checkpoint?.notBefore ?? null,
      lateScannedAt: checkpoint?.lateScannedAt ?? null,
      lateScanPosition: checkpoint?.lateScanPosition ?? null,
      objects: held.get(source)?.objects ?? 0,
      bytes: held.get(source)?.bytes ?? 0,
      quarantined: quarantined.get(source) ?? 0,
    };
  });
}

async function readCheckpoints(directory: string): Promise<Map<string, CheckpointStatus>> {
  const bySource = new Map<string, CheckpointStatus>();
  // Opening would make the file, and a copy of an archive may be read-only.
  if (!SqliteCheckpointStore.isIn(directory)) return bySource;
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    for (const source of await checkpoints.sources()) {
      const status = await checkpoints.read(source);
      if (status !== undefined) bySource.set(source, status);
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
  const { watermark, lagSeconds, lease, notBeforeMs, lateScanPosition, lateScannedAt } = status;
  return renderFacts([
    ["source", status.source],
    [
      "complete from",
      status.start === null ? "no run yet, only imports" : formatTime(status.start),
    ],
    ["complete to", watermark === null ? "-" : formatTime(watermark)],
    ["lag", lagSeconds === null ? "-" : formatSeconds(lagSeconds)],
    ["late scan", describeLateScan(lateScanPosition, lateScannedAt)],
    [
      "run at work",
      lease === null ? "none" : `${lease.owner}, until ${formatMs(lease.expiresAtMs)}`,
    ],
    ...(notBeforeMs === null ? [] : [["not before", formatMs(notBeforeMs)] as const]),
    ["objects", `${formatCount(status.objects)}, ${formatBytes(status.bytes)}`],
    ["quarantined", formatCount(status.quarantined)],
  ]);
}

function describeLateScan(position: number | null, scannedAt: number | null): string {
  if (position !== null) return `has come to ${formatTime(position)}`;
  return scannedAt === null ? "none yet" : `last begun ${formatTime(scannedAt)}`;
}

function formatMs(epochMs: number): string {
  return formatTime(Math.floor(epochMs / 1000));
}
