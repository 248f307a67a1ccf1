import { PREFIXES, SOURCE_NAME } from "../../lib/archive/object-key.ts";
import { sealWriter } from "../../lib/archive/writer.ts";
import type { ArchiveStore, CheckpointStore, Sealing } from "../../lib/ports.ts";

/** The newest manifest of each source, as its checkpoint has it; undefined before the first. */
export type SealedHeads = ReadonlyMap<string, NonNullable<Sealing["head"]> | undefined>;

export async function sealedHeadsOf(
  checkpoints: CheckpointStore,
  sources: readonly string[],
): Promise<SealedHeads> {
  const heads = new Map<string, NonNullable<Sealing["head"]> | undefined>();
  for (const source of sources) {
    const status = await checkpoints.read(sealWriter(source));
    heads.set(source, status?.checkpoint?.closing?.head ?? undefined);
  }
  return heads;
}

/** Prefixes whose objects say that there is, or was, a source. */
const PREFIXES_OF_SOURCES = [
  PREFIXES.auditLogs,
  PREFIXES.quarantine,
  PREFIXES.manifests,
  PREFIXES.signatures,
  PREFIXES.addenda,
  PREFIXES.closing,
  PREFIXES.compact,
];

/** Sources of which anything is stored, ascending. */
export async function storedSources(store: ArchiveStore): Promise<string[]> {
  const sources = new Set<string>();
  for (const prefix of PREFIXES_OF_SOURCES) {
    for await (const { key } of store.list(prefix)) {
      const source = /^[^/]+\/source=([^/]+)\//.exec(key)?.[1];
      if (source !== undefined && SOURCE_NAME.test(source)) sources.add(source);
    }
  }
  return [...sources].sort();
}
