import { PREFIXES } from "../../lib/archive/object-key.ts";
import { addendumKey, manifestKey, manifestsPrefix } from "../../lib/archive/sealed-day.ts";
import { hashOf, type Manifest } from "../../lib/seal/manifest.ts";
import { dayOf } from "../../lib/time.ts";
import { BrokenPromise } from "./broken-promise.ts";
import { checkVerify } from "./check-verify.ts";
import type { Detection } from "./detection.ts";
import type { Engine } from "./engine.ts";
import type { Promises } from "./promises.ts";
import type { Scenario, SourceScenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedArchive } from "./simulated-archive.ts";
import type { Tamperer } from "./tamperer.ts";

/** A manifest, and its bytes' hash. */
export interface SealedManifest {
  key: string;
  sha256: string;
  manifest: Manifest;
}

/** One organization, and all that works on it. */
interface Organization {
  source: SourceScenario;
  promises: Promises;
  tamperer: Tamperer;
  detection: Detection | undefined;
}

/** What must hold of the archive when all work is done. @throws {BrokenPromise} */
export async function checkArchive(
  engine: Engine,
  scenario: Scenario,
  archive: SimulatedArchive,
  organizations: readonly Organization[],
  random: SeededRandom,
): Promise<void> {
  for (const { source, promises, tamperer, detection } of organizations) {
    checkEntries(promises, scenario.start, source.imported);
    if (!scenario.hasAllWriters) continue;
    detection?.check(archive.keys(`${PREFIXES.auditLogs}source=${source.name}/`));
    const manifests = readManifests(archive, source.name);
    checkChain(manifests, source.name);
    checkAddenda(archive, source.name);
    const changed = await checkVerify(engine, archive, { promises, tamperer, manifests }, random);
    checkForged(promises, tamperer, manifests, changed);
    checkFindings(source, tamperer, manifests);
  }
}

/** Every entry is archived with its text, or its text is in quarantine. */
function checkEntries(promises: Promises, start: number, imported: readonly string[]): void {
  const { archived, quarantined, comparedAtMs } = promises;
  const importedById = new Map(imported.map((text) => [JSON.parse(text).id as string, text]));
  for (const { id, text, dateCreate } of promises.expected(start)) {
    const line = id === undefined ? undefined : archived.get(id);
    if (line === text || quarantined.has(text)) continue;
    if (id === undefined || line === undefined) throw new BrokenPromise(`lost: ${text}`);
    // An import brought another text before; the seal of the day keeps Slack's beside it.
    const isImported = line === importedById.get(id);
    if (!isImported || comparedAtMs.has(dayOf(dateCreate))) {
      throw new BrokenPromise(`not verbatim: ${line} was ${text}`);
    }
  }
  for (const [id, text] of importedById) {
    const isThere = id !== undefined && archived.get(id) === text;
    if (!isThere && !quarantined.has(text)) throw new BrokenPromise(`not imported: ${text}`);
  }
}

function readManifests(archive: SimulatedArchive, source: string): SealedManifest[] {
  return archive
    .keys(manifestsPrefix(source))
    .map((key) => {
      const bytes = archive.get(key);
      return { key, sha256: hashOf(bytes), manifest: JSON.parse(Buffer.from(bytes).toString()) };
    })
    .sort((a, b) => a.manifest.sequence - b.manifest.sequence);
}

/** Manifests are one chain, in the order of their numbers. */
function checkChain(manifests: readonly SealedManifest[], source: string): void {
  for (const [index, { key, manifest }] of manifests.entries()) {
    const { sequence, previous, day, revision, amends } = manifest;
    const before = manifests[index - 1];
    const amended = manifests.find(
      (other) => revision > 1 && other.key === manifestKey(source, day, revision - 1),
    );
    const isNext =
      sequence === index + 1 &&
      previous?.sha256 === before?.sha256 &&
      (amends ?? undefined) === amended?.sha256;
    if (!isNext) throw new BrokenPromise(`${key} is not the next in the chain`);
  }
}

/** Each addendum that was noted is sealed. */
function checkAddenda(archive: SimulatedArchive, source: string): void {
  for (const key of archive.keys(`${PREFIXES.addenda}source=${source}/`)) {
    const { day, revision } = JSON.parse(Buffer.from(archive.get(key)).toString());
    const isSealed = archive.objects.has(manifestKey(source, day, revision));
    if (key !== addendumKey(source, day, revision) || !isSealed) {
      throw new BrokenPromise(`${key} is not sealed`);
    }
  }
}

/** What was rewritten before the seal is in the manifest; after it, the archive does not verify. */
function checkForged(
  { comparedAtMs }: Promises,
  { tamperings }: Tamperer,
  manifests: readonly SealedManifest[],
  changed: ReadonlySet<string>,
): void {
  for (const { key, id, day, atMs } of tamperings) {
    const newest = manifests.findLast(({ manifest }) => manifest.day === day)?.manifest;
    if (newest === undefined) continue;
    const objects = newest.hours.flatMap((hour) => hour.objects);
    const isAltered = objects.some((object) => object.key === key && object.altered);
    const isCompared = atMs < (comparedAtMs.get(day) ?? 0);
    if (!isAltered && (isCompared || !changed.has(key))) {
      throw new BrokenPromise(`${key} was rewritten, and nothing says so`);
    }
    const ids = newest.hours.flatMap((hour) => [...hour.differs_ids, ...hour.only_in_archive_ids]);
    if (isCompared && !ids.includes(id)) {
      throw new BrokenPromise(`${id} was rewritten, and ${day} is sealed as reconciled`);
    }
  }
}

/** A manifest finds nothing that is not there. */
function checkFindings(
  { entries, imported }: SourceScenario,
  { tamperings }: Tamperer,
  manifests: readonly SealedManifest[],
): void {
  const texts = new Set(entries.map(({ text }) => text));
  const odd = new Set([
    ...tamperings.map(({ id }) => id),
    ...imported.filter((text) => !texts.has(text)).map((text) => JSON.parse(text).id),
  ]);
  for (const { key, manifest } of manifests) {
    const found = manifest.hours.flatMap(({ differs_ids, twice_ids }) => [
      ...differs_ids.filter((id) => !odd.has(id)),
      ...twice_ids,
    ]);
    if (found.length > 0) throw new BrokenPromise(`${key} says of ${found} what is not so`);
  }
}
