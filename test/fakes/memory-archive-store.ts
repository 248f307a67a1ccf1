import { type ArchiveStore, ObjectMissingError, type StoredObject } from "../../lib/ports.ts";

/** An archive in memory; shows what it holds. */
export class MemoryArchiveStore implements ArchiveStore {
  readonly objects = new Map<string, Uint8Array>();

  async put(key: string, body: Uint8Array, signal?: AbortSignal): Promise<"created" | "exists"> {
    signal?.throwIfAborted();
    if (this.objects.has(key)) {
      return "exists";
    }
    this.objects.set(key, body);
    return "created";
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (const key of [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort()) {
      yield { key, sizeBytes: this.objects.get(key)?.byteLength ?? 0 };
    }
  }

  async get(key: string): Promise<Uint8Array> {
    const body = this.objects.get(key);
    if (body === undefined) {
      throw new ObjectMissingError(key);
    }
    return body;
  }
}
