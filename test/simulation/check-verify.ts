import { dayPrefix, PREFIXES, toObjectKey } from "../../lib/archive/object-key.ts";
import { addendumKey } from "../../lib/archive/sealed-day.ts";
import type { DamageKind } from "../../lib/seal/damage.ts";
import type { Manifest } from "../../lib/seal/manifest.ts";
import { startOfDay } from "../../lib/time.ts";
import { BrokenPromise } from "./broken-promise.ts";
import type { SealedManifest } from "./check-archive.ts";
import { type Engine, store } from "./engine.ts";
import { linesOf, type Promises } from "./promises.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedArchive } from "./simulated-archive.ts";
import type { Tamperer } from "./tamperer.ts";

interface Checked {
  promises: Promises;
  tamperer: Tamperer;
  manifests: readonly SealedManifest[];
}

/**
 * `verify` finds the archive whole; and, once it is damaged, not.
 *
 * @returns keys of objects that were rewritten after they had been described
 * @throws {BrokenPromise}
 */
export async function checkVerify(
  engine: Engine,
  archive: SimulatedArchive,
  { promises: { source }, tamperer, manifests }: Checked,
  random: SeededRandom,
): Promise<ReadonlySet<string>> {
  const report = await engine.verify(archive.asStore, { source });
  const rewritten = new Set(tamperer.tamperings.map(({ key }) => key));
  // What was rewritten after it had been described is not what its manifest says, or the next one.
  const changed = report.damages.filter(
    ({ kind, key }) =>
      (kind === "object_changed" || kind === "object_dropped") && rewritten.has(key),
  );
  if (report.damages.length > changed.length || report.addenda.length > 0) {
    throw new BrokenPromise(`verify: ${JSON.stringify(report)}`);
  }
  const head = manifests.at(-1)?.sha256;
  const isChain = manifests.length > 1;
  for (const { kind, damage } of isChain ? DAMAGES : [random.pick(DAMAGES)]) {
    const restore = damage(archive, manifests, source);
    if (restore !== undefined) {
      const { damages } = await engine.verify(archive.asStore, { source, head });
      restore();
      if (!damages.some((found) => found.kind === kind)) {
        throw new BrokenPromise(`verify does not find what is ${kind}`);
      }
    }
  }
  return new Set(changed.map(({ key }) => key));
}

/** @returns mends it; nothing when there is nothing to damage */
type DamageArchive = (
  archive: SimulatedArchive,
  manifests: readonly SealedManifest[],
  source: string,
) => (() => void) | undefined;

const DAMAGES: readonly [
  { kind: DamageKind; damage: DamageArchive },
  ...{ kind: DamageKind; damage: DamageArchive }[],
] = [
  { kind: "object_missing", damage: onObject(() => undefined) },
  {
    kind: "object_changed",
    damage: onObject((body) => {
      const lines = linesOf(body).map((line) => line.replace("_log", "_dog"));
      return store(Buffer.from(`${lines.join("\n")}\n`));
    }),
  },
  {
    kind: "object_added",
    damage: (archive, manifests, source) => {
      const second = startOfDay(manifests[0]?.manifest.day ?? "");
      const name = { source, minDateCreate: second, maxDateCreate: second, hash: "0".repeat(16) };
      return replace(archive, toObjectKey(name), Buffer.from("x"));
    },
  },
  {
    kind: "path_unknown",
    damage: (archive, manifests, source) => {
      const folder = dayPrefix(PREFIXES.auditLogs, source, manifests[0]?.manifest.day ?? "");
      return replace(archive, `${folder}hour=07/x`, Buffer.from("x"));
    },
  },
  { kind: "manifest_missing", damage: onManifest(-2, () => undefined) },
  {
    kind: "manifest_changed",
    damage: onManifest(-2, (manifest) => ({ ...manifest, sealed_at: "2026-03-04T00:00:00Z" })),
  },
  {
    kind: "head_missing",
    damage: onManifest(-1, (manifest) => ({ ...manifest, sealed_at: "2026-03-04T00:00:00Z" })),
  },
  {
    kind: "chain_broken",
    damage: onManifest(-1, (manifest) => ({ ...manifest, sequence: manifest.sequence + 1 })),
  },
  { kind: "chain_broken", damage: onManifest(-1, (manifest) => ({ ...manifest, previous: null })) },
  { kind: "addendum_changed", damage: onNote((note) => note.subarray(1)) },
  { kind: "addendum_missing", damage: onNote(() => undefined) },
  {
    kind: "object_dropped",
    damage: (archive, manifests) => {
      const newest = manifests.findLast(({ manifest }) => manifest.revision > 1);
      const { day, revision } = newest?.manifest ?? {};
      const before = manifests.find(
        ({ manifest }) => manifest.day === day && manifest.revision === Number(revision) - 1,
      );
      if (newest === undefined || before?.manifest.archived === 0) return undefined;
      const hours = newest.manifest.hours.map((hour) => ({ ...hour, archived: 0, objects: [] }));
      return replace(archive, newest.key, encode({ ...newest.manifest, hours, archived: 0 }));
    },
  },
];

function onObject(change: (body: Uint8Array) => Uint8Array | undefined): DamageArchive {
  return (archive, manifests) => {
    const key = manifests.at(-1)?.manifest.hours.flatMap(({ objects }) => objects)[0]?.key;
    return key === undefined ? undefined : replace(archive, key, change(archive.get(key)));
  };
}

/** On that of a day that was sealed again, if there is one. */
function onNote(change: (note: Uint8Array) => Uint8Array | undefined): DamageArchive {
  return (archive, manifests, source) => {
    const again = manifests.find(({ manifest }) => manifest.revision > 1)?.manifest;
    if (again === undefined) return undefined;
    const key = addendumKey(source, again.day, again.revision);
    return replace(archive, key, change(archive.get(key)));
  };
}

/** @param at - which of the chain, from its end; it has none of that number: nothing is damaged */
function onManifest(
  at: number,
  change: (manifest: Manifest) => Manifest | undefined,
): DamageArchive {
  return (archive, manifests) => {
    const target = manifests.at(at);
    // The first has nothing before it that it could name wrongly.
    if (target === undefined || manifests.length < 2) return undefined;
    const changed = change(target.manifest);
    return replace(archive, target.key, changed && encode(changed));
  };
}

function replace(
  { objects }: SimulatedArchive,
  key: string,
  body: Uint8Array | undefined,
): () => void {
  const before = objects.get(key);
  if (body === undefined) objects.delete(key);
  else objects.set(key, body);
  return () => {
    if (before === undefined) objects.delete(key);
    else objects.set(key, before);
  };
}

function encode(manifest: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest)}\n`);
}
