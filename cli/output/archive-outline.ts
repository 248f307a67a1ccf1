import { PREFIXES, sourcePrefix } from "../../lib/archive/object-key.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { formatBytes, formatCount } from "./format.ts";

/**
 * Where a source's objects are: one line a day, and the newest object in full.
 *
 * @param directory - as the user wrote it
 */
export async function outlineArchive(
  store: ArchiveStore,
  directory: string,
  source: string,
): Promise<string> {
  const prefix = sourcePrefix(PREFIXES.auditLogs, source);
  const days = new Map<string, { objects: number; bytes: number }>();
  let newest = { key: "", sizeBytes: 0 };
  for await (const object of store.list(prefix)) {
    const day = object.key.slice(prefix.length).split("/")[0] ?? "";
    const { objects, bytes } = days.get(day) ?? { objects: 0, bytes: 0 };
    days.set(day, { objects: objects + 1, bytes: bytes + object.sizeBytes });
    newest = object;
  }
  const [day = "", hour = "", name = ""] = newest.key.slice(prefix.length).split("/");
  return [
    `${directory}/${prefix}`,
    ...[...days].map(
      ([path, { objects, bytes }]) =>
        `  ${path}/  ${formatCount(objects).padStart(3)} objects  ${formatBytes(bytes)}`,
    ),
    ...(days.has(day) ? [`    ${hour}/`, `      ${name}  ${formatBytes(newest.sizeBytes)}`] : []),
  ].join("\n");
}
