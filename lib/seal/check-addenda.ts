import { ArchiveObjectError, describeUnreadable } from "../archive/archive-object.ts";
import {
  addendumKey,
  encodeAddendum,
  manifestKey,
  type SealedRevision,
} from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import type { Link } from "./check-chain.ts";
import { getIfThere } from "./check-objects.ts";
import type { Damage } from "./damage.ts";

interface NotedAddenda {
  source: string;
  /** Those that were there before the manifests were listed. */
  notes: readonly SealedRevision[];
  links: readonly Link[];
  /** Keys of manifests that are there and cannot be read: reported where they are read. */
  unreadable: ReadonlySet<string>;
}

/**
 * Check the notes of addenda, those that a later manifest has taken up, too: a
 * note says by which manifest the day was sealed before more was stored for it,
 * and its bytes follow from that.
 */
export async function checkAddenda(
  store: ArchiveStore,
  { source, notes, links, unreadable }: NotedAddenda,
): Promise<Damage[]> {
  const damages: Damage[] = [];
  const byKey = new Map(links.map((link) => [keyOf(link), link]));
  const taken = links.filter(({ revision }) => revision > 1);
  const due = new Map([...taken, ...notes].map((note) => [keyOf(note), note]));
  for (const note of due.values()) {
    const damage = await checkNote(note);
    if (damage !== undefined) damages.push(damage);
  }
  return damages;

  async function checkNote({ day, revision }: SealedRevision): Promise<Damage | undefined> {
    const key = addendumKey(source, day, revision);
    const bytes = await getIfThere(store, key);
    if (bytes instanceof ArchiveObjectError) {
      return { kind: "addendum_changed", key, problem: describeUnreadable(bytes) };
    }
    if (bytes === undefined) {
      const problem = "a manifest was sealed that adds to another of the day, and its note is gone";
      return { kind: "addendum_missing", key, problem };
    }
    const amended = manifestKey(source, day, revision - 1);
    const asNoted = (amends: string) =>
      Buffer.compare(bytes, encodeAddendum({ source, day, revision, amends })) === 0;
    // The chain tells whether that is what the later manifest names.
    const amends = byKey.get(keyOf({ day, revision }))?.amends ?? byKey.get(amended)?.sha256;
    if (amends !== undefined) {
      const problem = `it does not name ${amended} as it is: one of the two was changed`;
      return asNoted(amends) ? undefined : { kind: "addendum_changed", key, problem };
    }
    if (unreadable.has(amended)) return undefined;
    const [, noted = ""] = /"amends":"([0-9a-f]{64})"/.exec(Buffer.from(bytes).toString()) ?? [];
    return asNoted(noted)
      ? { kind: "manifest_missing", key: amended, problem: `${key} names it` }
      : { kind: "addendum_changed", key, problem: "it is not the note of this day" };
  }

  function keyOf({ day, revision }: SealedRevision): string {
    return manifestKey(source, day, revision);
  }
}
