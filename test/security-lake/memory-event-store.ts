import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EventStore } from "../../lib/security-lake/write-day-events.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

/** Events in memory; shows what it holds. */
export class MemoryEventStore extends MemoryArchiveStore implements EventStore {
  async remove(key: string): Promise<void> {
    this.objects.delete(key);
  }

  /** Keys of files, without marks, ascending. */
  files(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith("ext/")).sort();
  }

  /** Put the files into a directory, where SQL reads them. */
  async writeTo(directory: string): Promise<void> {
    for (const key of this.files()) {
      await mkdir(join(directory, dirname(key)), { recursive: true });
      await writeFile(join(directory, key), this.objects.get(key) ?? "");
    }
  }
}
