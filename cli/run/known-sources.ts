import { PREFIXES, SOURCE_NAME } from "../../lib/archive/object-key.ts";
import type { ArchiveStore } from "../../lib/ports.ts";

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
