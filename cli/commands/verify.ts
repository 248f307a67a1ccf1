import type { KeyObject } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { type SealedHeads, sealedHeadsOf } from "../../lib/archive/sealed-heads.ts";
import { type ReadableColumns, verifyColumns } from "../../lib/columns/verify-columns.ts";
import { readCheckpointsIn, sourcesIn } from "../../lib/local/archive-directory.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import type { Damage } from "../../lib/seal/damage.ts";
import { isKnownKey } from "../../lib/seal/known-keys.ts";
import { readPublicKey } from "../../lib/seal/signature.ts";
import { verify } from "../../lib/seal/verify.ts";
import type { VerifyProgress, VerifyReport } from "../../lib/seal/verify-report.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { dayOf, nowSeconds, SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import { addFormerOption } from "../deprecation.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { readKeyFile } from "../options/key-file.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { STACK_HELP, stackOption } from "../options/stack.ts";
import { parseDay, TIME_HELP } from "../options/time.ts";
import { addTimeRangeOptions, type TimeRangeOptions, toTimeRange } from "../options/time-range.ts";
import { toJsonLine } from "../output/controls.ts";
import { formatBytes, formatCounted } from "../output/format.ts";
import { ProgressBar } from "../output/progress-bar.ts";
import { describeDamage, describeNothing, describeVerified } from "../output/verify-report.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import { storedSources } from "../run/known-sources.ts";
import type { Deployment } from "../stack/deployment.ts";

/** Given with `--stack` instead of a file: the key of the stack. */
const KEY_OF_STACK = "stack";

interface VerifyOptions extends TimeRangeOptions {
  archive: string;
  stack?: string;
  source?: string;
  head?: string;
  publicKey?: string;
  json?: true;
}

export function defineVerifyCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      [
        "Check that the archive has not changed since its days were sealed: every object, the chain of manifests, and their signatures. It reads the archive only, not Slack.",
        "Keep a note of the head outside the archive: with --head, verify proves that nothing sealed before it has changed. docs/operate/integrity.md explains what is proved and what is not.",
        "The range selects the days whose objects are checked, every day that it touches; the chain is always checked whole.",
      ].join("\n\n"),
    )
    .addOption(stackOption("check the archive of the deployed stack"))
    .addOption(sourceFilterOption());
  addTimeRangeOptions(command, {
    from: "check objects from this day on",
    until: "check objects of the days before this one",
    last: "check objects of the days newer than this",
  })
    .option("--head <sha256>", "hash of a manifest that must be in the chain", parseHash)
    .option(
      "--public-key <file>",
      `also check the signatures; a PEM file, or "${KEY_OF_STACK}" with --stack for the stack's own key`,
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake verify
  audit-lake verify --stack --from 2026-05-01 --until 2026-06-01
  audit-lake verify --source grid --head "$(cat head.sha256)" --public-key signing-key.pem

Exit codes:
  0    everything that was checked is intact
  1    something is damaged or could not be read
  2    wrong usage, or no day of the range is sealed
  130  interrupted by Ctrl-C
${STACK_HELP}`,
    )
    .action(async (options: VerifyOptions) => {
      process.exitCode = await verifyArchive(options);
    });
  addFormerOption<string>(command, new Option("--to <day>").argParser(parseDay), (day) => {
    const until = startOfDay(day) + SECONDS_PER_DAY;
    return { use: `--until ${dayOf(until)} (excluded)`, attribute: "until", value: until };
  });
}

async function verifyArchive(options: VerifyOptions): Promise<number> {
  const { head, json } = options;
  const days = toDays(options);
  const { store, name, readHeads, deployment } = await openArchive(options);
  const publicKey =
    options.publicKey === undefined
      ? undefined
      : await findPublicKey(options.publicKey, deployment);
  // Before the archive, so that a seal meanwhile is no damage.
  const heads = await readHeads();
  const sources =
    options.source === undefined
      ? [...new Set([...(await storedSources(store)), ...heads.keys()])].sort()
      : [options.source];
  if (head !== undefined && sources.length > 1) {
    throw new UsageError(
      `--head belongs to one organization: name it with --source (${sources.join(", ")})`,
    );
  }
  const signal = abortOnInterrupt("Stopping");
  const onDamage = (damage: Damage) => {
    if (!json) console.log(describeDamage(damage));
  };
  const columns = deployment?.columns(signal) ?? (await openColumns(store, options.archive));
  const reports: VerifyReport[] = [];
  for (const source of sources) {
    const settings = { source, ...days, head, sealed: heads.get(source), publicKey };
    const report = await check(store, settings, signal, onDamage);
    if (columns !== undefined) {
      for await (const { problems } of verifyColumns(store, columns, { source, ...days })) {
        signal.throwIfAborted();
        for (const { key, problem } of problems) {
          const damage = { kind: "columns_changed", key, problem } as const;
          report.damages.push(damage);
          onDamage(damage);
        }
      }
    }
    reports.push(report);
  }
  const unknown = await findUnknown(store, reports);
  for (const key of unknown) {
    const problem = isKnownKey(key.replace(/\/$/, ""))
      ? "it is a folder, and has the name of a file"
      : "this archive gives no such name, and nothing reads it";
    onDamage({ kind: "path_unknown", key, problem });
  }
  const isRanged = days.from !== undefined || days.to !== undefined;
  if (
    unknown.length === 0 &&
    reports.every(
      ({ head, damages, days }) =>
        damages.length === 0 && (head === null || (isRanged && days === 0)),
    )
  ) {
    throw new UsageError(describeNothing(reports, days, options.source, name));
  }
  console.log(
    json
      ? toJsonLine({ archive: name, sources: reports, unknown })
      : reports
          .map((report) => describeVerified(report, heads.get(report.source) !== undefined))
          .join("\n\n"),
  );
  return unknown.length > 0 || reports.some(({ damages }) => damages.length > 0)
    ? EXIT.failed
    : EXIT.done;
}

/** @returns nothing when no day is in columns */
async function openColumns(
  store: ArchiveStore,
  archive: string,
): Promise<ReadableColumns | undefined> {
  for await (const _ of store.list(`${PREFIXES.compact}source=`)) {
    // DuckDB is optional, and slow to load.
    const { ParquetColumns } = await import("../../lib/local/parquet-columns.ts");
    return new ParquetColumns(archive);
  }
  return undefined;
}

/** Paths that no part of the archive has, and that no report names. */
async function findUnknown(
  store: ArchiveStore | DirectoryArchiveStore,
  reports: readonly VerifyReport[],
): Promise<string[]> {
  const named = new Set(
    reports.flatMap(({ damages, foreign }) => [...damages.map(({ key }) => key), ...foreign]),
  );
  const unknown: string[] = [];
  const paths = store instanceof DirectoryArchiveStore ? store.paths() : pathsOf(store);
  for await (const { path, isFolder } of paths) {
    const isKnown = isFolder ? !isKnownKey(path.slice(0, -1)) : isKnownKey(path);
    if (!isKnown && !named.has(path)) unknown.push(path);
  }
  return unknown;
}

async function* pathsOf(store: ArchiveStore): AsyncGenerator<{ path: string; isFolder: boolean }> {
  for await (const { key } of store.list("")) yield { path: key, isFolder: false };
}

/** The days that the range touches, `YYYY-MM-DD`, both included. */
function toDays(options: VerifyOptions): { from: string | undefined; to: string | undefined } {
  const { from, until } = toTimeRange(options, nowSeconds(systemClock));
  return {
    from: from === undefined ? undefined : dayOf(from),
    to: until === undefined ? undefined : dayOf(until - 1),
  };
}

interface OpenedArchive {
  store: ArchiveStore;
  name: string;
  readHeads: () => Promise<SealedHeads>;
  deployment?: Deployment;
}

async function openArchive({ archive, stack, source }: VerifyOptions): Promise<OpenedArchive> {
  if (stack === undefined) {
    await checkReadable(archive);
    await checkSource(archive, source);
    const readHeads = () => readSealedHeads(archive);
    return { store: new DirectoryArchiveStore(archive), name: archive, readHeads };
  }
  const { Deployment } = await import("../stack/deployment.ts");
  const deployment = await Deployment.find(stack);
  const name = `s3://${deployment.stack.archiveBucket}`;
  if (source !== undefined) deployment.source(source);
  const sources = deployment.stack.sources.map((source) => source.name);
  const readHeads = () => sealedHeadsOf(deployment.checkpoints, sources);
  return { store: deployment.archive, name, readHeads, deployment };
}

async function readSealedHeads(directory: string): Promise<SealedHeads> {
  const heads = await readCheckpointsIn(directory, async (checkpoints) =>
    sealedHeadsOf(checkpoints, await sourcesIn(directory)),
  );
  return heads ?? new Map();
}

async function findPublicKey(path: string, deployment: Deployment | undefined): Promise<KeyObject> {
  if (deployment === undefined || path !== KEY_OF_STACK) return readKeyFile(path, readPublicKey);
  const pem = await deployment.signingPublicKey();
  if (pem === undefined) {
    throw new UsageError(
      `the stack ${deployment.stack.name} signs no manifests: omit --public-key, or set "closing: { sign: true }" in the configuration and deploy`,
    );
  }
  return readPublicKey(Buffer.from(pem));
}

async function check(
  store: ArchiveStore,
  settings: Parameters<typeof verify>[1],
  signal: AbortSignal,
  onDamage: (damage: Damage) => void,
): Promise<VerifyReport> {
  const bar = new ProgressBar();
  try {
    return await verify(store, settings, {
      signal,
      onProgress: (progress) => bar.update(progress.days, progress.daysTotal, toDetails(progress)),
      onDamage: (damage) => {
        bar.stop();
        onDamage(damage);
      },
    });
  } finally {
    bar.stop();
  }
}

function toDetails({ day, objects, bytes }: VerifyProgress): string[] {
  return [`${formatCounted(objects, "object")}, ${formatBytes(bytes)}`, `at ${day}`];
}

function parseHash(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new InvalidArgumentError("Give the 64 hex digits that verify prints as head.");
  }
  return text;
}
