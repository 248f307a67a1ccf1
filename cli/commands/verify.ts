import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { readPublicKey, SigningKeyError } from "../../lib/seal/signature.ts";
import {
  type Damage,
  type VerifyProgress,
  type VerifyReport,
  verify,
} from "../../lib/seal/verify.ts";
import { DEFAULT_STACK_NAME } from "../../lib/stack/outputs.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { addArchiveOption, checkReadable, parseSource } from "../options/archive.ts";
import { STACK_HELP } from "../options/stack.ts";
import { parseDay } from "../options/time.ts";
import { formatBytes, formatCount, formatCounted } from "../output/format.ts";
import { ProgressBar } from "../output/progress-bar.ts";
import { renderStatusLines } from "../output/table.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";
import type { Deployment } from "../stack/deployment.ts";

/** In place of the public key's file, with `--stack`. */
const KEY_OF_STACK = "stack";

interface VerifyOptions {
  archive: string;
  /** True: given without a name. */
  stack?: string | true;
  source?: string;
  from?: string;
  to?: string;
  head?: string;
  publicKey?: string;
  json?: true;
}

export function addVerifyCommand(program: Command): void {
  addArchiveOption(program.command("verify"))
    .summary("check sealed days against their manifests")
    .description(
      [
        "Check that the archive is what it was when its days were sealed: every object, the chain of manifests, and their signatures. Reads the archive only; Slack is not asked.",
        "Note the head down outside the archive: with --head, it proves that nothing sealed before it was changed since. What is proved and what not: docs/integrity.md.",
      ].join("\n\n"),
    )
    .addOption(
      new Option(
        "--stack [name]",
        `the archive of a deployed stack (default: "${DEFAULT_STACK_NAME}")`,
      ).conflicts("archive"),
    )
    .option("--source <name>", "only this organization (default: all)", parseSource)
    .option("--from <day>", "check the objects of the days from this one on, YYYY-MM-DD", parseDay)
    .option("--to <day>", "up to this one, included", parseDay)
    .option("--head <sha256>", "hash of a manifest that must be in the chain", parseHash)
    .option(
      "--public-key <file>",
      `check the signatures, too; PEM, or "${KEY_OF_STACK}" with --stack: the key that it signs with`,
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake verify
  audit-lake verify --stack --from 2026-05-01 --to 2026-05-31
  audit-lake verify --source grid --head "$(cat head.sha256)" --public-key signing-key.pem

Exit codes:
  0    what was checked is whole
  1    something is damaged, or could not be read
  2    wrong usage, or no day is sealed
  130  interrupted by Ctrl-C
${STACK_HELP}`,
    )
    .action(async (options: VerifyOptions) => {
      process.exitCode = await runVerify(options);
    });
}

async function runVerify(options: VerifyOptions): Promise<number> {
  const { from, to, head, json } = options;
  if (from !== undefined && to !== undefined && to < from) {
    throw new UsageError(`--to ${to} must not be before --from ${from}`);
  }
  const { store, name, deployment } = await openArchive(options);
  const publicKey =
    options.publicKey === undefined
      ? undefined
      : await findPublicKey(options.publicKey, deployment);
  const sources = options.source === undefined ? await sealedSources(store) : [options.source];
  if (head !== undefined && sources.length > 1) {
    throw new UsageError(
      `--head is of one organization: name it with --source (${sources.join(", ")})`,
    );
  }
  const signal = abortOnInterrupt("Ending");
  const reports: VerifyReport[] = [];
  for (const source of sources) {
    const settings = { source, from, to, head, publicKey };
    reports.push(await check(store, settings, signal, json ? undefined : describeDamage));
  }
  if (reports.every((report) => report.head === null && report.damages.length === 0)) {
    throw new UsageError(
      `nothing to verify: no day ${options.source ? `of "${options.source}" ` : ""}is sealed in ${name}; "audit-lake close-day" seals days`,
    );
  }
  console.log(
    json ? JSON.stringify({ archive: name, sources: reports }) : reports.map(describe).join("\n\n"),
  );
  return reports.some(({ damages }) => damages.length > 0) ? EXIT.failed : EXIT.done;
}

async function openArchive({
  archive,
  stack,
}: VerifyOptions): Promise<{ store: ArchiveStore; name: string; deployment?: Deployment }> {
  if (stack === undefined) {
    await checkReadable(archive);
    return { store: new DirectoryArchiveStore(archive), name: archive };
  }
  const { Deployment } = await import("../stack/deployment.ts");
  const deployment = await Deployment.find(stack === true ? DEFAULT_STACK_NAME : stack);
  const name = `s3://${deployment.stack.archiveBucket}`;
  return { store: deployment.archive, name, deployment };
}

async function findPublicKey(path: string, deployment: Deployment | undefined): Promise<KeyObject> {
  if (deployment === undefined || path !== KEY_OF_STACK) {
    return loadPublicKey(path);
  }
  const pem = await deployment.signingPublicKey();
  if (pem === undefined) {
    throw new UsageError(
      `the stack ${deployment.stack.name} signs no manifests: leave --public-key out, or set "closing: { sign: true }" and deploy`,
    );
  }
  return readPublicKey(Buffer.from(pem));
}

async function loadPublicKey(path: string): Promise<KeyObject> {
  const pem = await readFile(path).catch((cause) => {
    throw new UsageError(`cannot read ${path}: ${cause.message}`, { cause });
  });
  try {
    return readPublicKey(pem);
  } catch (cause) {
    if (!(cause instanceof SigningKeyError)) throw cause;
    throw new UsageError(`cannot use ${path}: ${cause.message}`, { cause });
  }
}

async function sealedSources(store: ArchiveStore): Promise<string[]> {
  const sources = new Set<string>();
  for await (const { key } of store.list(PREFIXES.manifests)) {
    const source = /^manifests\/source=([^/]+)\//.exec(key)?.[1];
    if (source !== undefined) sources.add(source);
  }
  return [...sources];
}

async function check(
  store: ArchiveStore,
  settings: Parameters<typeof verify>[1],
  signal: AbortSignal,
  toLine: ((damage: Damage) => string) | undefined,
): Promise<VerifyReport> {
  const bar = new ProgressBar();
  try {
    return await verify(store, settings, {
      signal,
      onProgress: (progress) => bar.update(progress.days, progress.daysTotal, toFacts(progress)),
      onDamage: (damage) => {
        bar.stop();
        if (toLine !== undefined) console.log(toLine(damage));
      },
    });
  } finally {
    bar.stop();
  }
}

function toFacts({ day, objects, bytes }: VerifyProgress): string[] {
  return [`${formatCounted(objects, "object")}, ${formatBytes(bytes)}`, `at ${day}`];
}

function describeDamage({ kind, key, problem }: Damage): string {
  return `${kind.replaceAll("_", " ").toUpperCase()}  ${key}: ${problem}`;
}

function describe(report: VerifyReport): string {
  const { head, damages, unreconciled, unsealed, days, objects, entries, bytes } = report;
  return renderStatusLines([
    ["source", report.source],
    [
      "checked",
      `${formatCounted(days, "day")}, ${formatCounted(objects, "object")}, ${formatCounted(entries, "entry", "entries")}, ${formatBytes(bytes)}`,
    ],
    [
      "chain",
      `${formatCounted(report.manifests, "manifest")}, ${formatCounted(report.signatures, "signature")} checked`,
    ],
    ["head", head === null ? "none" : `${head.sha256} (${head.day}, number ${head.sequence})`],
    ["not reconciled", listDays(unreconciled)],
    ["not sealed", listDays(unsealed)],
    ["damaged", damages.length === 0 ? "nothing" : formatCount(damages.length)],
  ]);
}

/** More than these nobody reads; `--json` has them all. */
const LISTED_MAX = 10;

function listDays(days: readonly string[]): string {
  if (days.length === 0) return "none";
  const rest = days.length - LISTED_MAX;
  return `${days.slice(0, LISTED_MAX).join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}

function parseHash(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new InvalidArgumentError("Give the 64 hex digits that verify printed as head.");
  }
  return text;
}
