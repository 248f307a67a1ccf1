import { manifestKey, manifestsPrefix } from "../archive/sealed-day.ts";
import type { Damage } from "./damage.ts";
import type { Manifest } from "./manifest.ts";

/** A manifest as the chain sees it. */
export interface Link
  extends Pick<Manifest, "day" | "revision" | "sequence" | "previous" | "amends"> {
  /** Of its bytes, hex. */
  sha256: string;
}

export interface ChainSettings {
  source: string;
  /** SHA-256 of a manifest, hex, that was noted down outside the archive. */
  head: string | undefined;
  /** The newest manifest as a checkpoint has it: it must be there, whatever came after it. */
  sealed?:
    | { day: string; sequence: number; sha256: string; revision?: number | undefined }
    | undefined;
  /** Keys of manifests that are there and cannot be read: reported where they are read. */
  unreadable: ReadonlySet<string>;
}

/** Check that each manifest names the one before it, and the day's one before it. */
export function checkChain(
  found: readonly Link[],
  { source, head, sealed, unreadable }: ChainSettings,
): { damages: Damage[]; newest: Link | undefined } {
  const damages: Damage[] = [];
  const links = found.toSorted((a, b) => a.sequence - b.sequence);
  const byKey = new Map(links.map((link) => [keyOf(link), link]));
  for (const [index, link] of links.entries()) {
    const rival = links[index - 1];
    if (rival?.sequence === link.sequence) {
      const problem = `${nameOf(rival)} has its place in the chain`;
      damages.push({ kind: "chain_broken", key: keyOf(link), problem });
    }
    damages.push(...checkPrevious(link), ...checkAmended(link));
  }
  const newest = links.at(-1);
  if (head !== undefined && !links.some(({ sha256 }) => sha256 === head)) {
    damages.push({
      kind: "head_missing",
      key: newest === undefined ? manifestsPrefix(source) : keyOf(newest),
      problem: `no manifest has the remembered hash ${head}: the day it was of, or one sealed before, is not what it was`,
    });
  }
  if (sealed !== undefined && !links.some(({ sha256 }) => sha256 === sealed.sha256)) {
    const { day, revision, sequence } = sealed;
    const key = manifestKey(source, day, revision);
    if (!unreadable.has(key)) {
      const problem = `the checkpoint has it as number ${sequence} of the chain, and no manifest has its hash`;
      damages.push({ kind: "head_missing", key, problem });
    }
  }
  return { damages, newest };

  function checkPrevious(link: Link): Damage[] {
    const { sequence, previous } = link;
    if (previous === null) {
      const problem = `it is number ${sequence} of the chain and names none before it`;
      return sequence === 1 ? [] : [{ kind: "chain_broken", key: keyOf(link), problem }];
    }
    const key = keyOf(previous);
    const before = byKey.get(key);
    const damage = checkNamed(link, key, previous.sha256);
    if (damage.length > 0 || before === undefined || before.sequence === sequence - 1) {
      return damage;
    }
    const problem = `it is number ${sequence} of the chain and names number ${before.sequence}`;
    return [{ kind: "chain_broken", key: keyOf(link), problem }];
  }

  function checkAmended(link: Link): Damage[] {
    const { day, revision, amends } = link;
    if (revision === 1) return [];
    if (amends !== null) return checkNamed(link, manifestKey(source, day, revision - 1), amends);
    const problem = `it is the day's manifest number ${revision} and names none before it`;
    return [{ kind: "chain_broken", key: keyOf(link), problem }];
  }

  /** What a link names must be there, and be what it was. */
  function checkNamed(link: Link, key: string, sha256: string): Damage[] {
    const named = byKey.get(key);
    if (named === undefined) {
      const problem = `${nameOf(link)} was sealed after it`;
      return unreadable.has(key) ? [] : [{ kind: "manifest_missing", key, problem }];
    }
    if (named.sha256 === sha256) return [];
    const problem = `it is not what it was when ${nameOf(link)} was sealed after it`;
    return [{ kind: "manifest_changed", key, problem }];
  }

  function keyOf({ day, revision }: { day: string; revision: number }): string {
    return manifestKey(source, day, revision);
  }
}

function nameOf({ day, revision }: Link): string {
  return revision === 1 ? day : `${day} (revision ${revision})`;
}
