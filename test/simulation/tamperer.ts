import { PREFIXES, parseObjectKey } from "../../lib/archive/object-key.ts";
import { dayOf } from "../../lib/time.ts";
import { store } from "./engine.ts";
import type { Platform } from "./platform.ts";
import { linesOf, type Promises } from "./promises.ts";
import type { SourceScenario } from "./scenario.ts";
import type { SimulatedArchive } from "./simulated-archive.ts";

/** A line that someone rewrote where it is stored. */
export interface Tampering {
  key: string;
  id: string;
  day: string;
  atMs: number;
}

/** Someone who can write to the bucket, and rewrites lines that are not sealed yet. */
export class Tamperer {
  readonly tamperings: Tampering[] = [];
  readonly #source: SourceScenario;
  readonly #promises: Promises;
  readonly #archive: SimulatedArchive;
  readonly #platform: Platform;

  constructor(
    source: SourceScenario,
    promises: Promises,
    archive: SimulatedArchive,
    platform: Platform,
  ) {
    this.#source = source;
    this.#promises = promises;
    this.#archive = archive;
    this.#platform = platform;
  }

  tamper(): void {
    const { name, isTamperedWith } = this.#source;
    if (!isTamperedWith) return;
    const { random, time } = this.#platform;
    const keys = this.#archive.keys(`${PREFIXES.auditLogs}source=${name}/`);
    const key = keys[random.integer(0, keys.length - 1)];
    const second = parseObjectKey(key ?? "")?.minDateCreate;
    if (key === undefined || second === undefined) return;
    const day = dayOf(second);
    if (this.#promises.comparedAtMs.has(day)) return;
    const lines = linesOf(this.#archive.get(key));
    const index = random.integer(0, lines.length - 1);
    const line = lines[index] ?? "";
    lines[index] = line.replace('"user_log', '"forged_log');
    if (lines[index] === line) return; // it was rewritten before
    this.#archive.objects.set(key, store(Buffer.from(`${lines.join("\n")}\n`)));
    this.tamperings.push({ key, id: JSON.parse(line).id, day, atMs: time.nowMs });
    this.#platform.log(undefined, () => `rewrites ${lines[index]}`);
  }
}
