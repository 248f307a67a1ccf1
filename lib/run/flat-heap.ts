import { setFlagsFromString } from "node:v8";

/**
 * Have V8 collect garbage before the heap has grown by a fifth: for a process whose work leaves
 * megabytes behind with each page and keeps next to nothing (docs/adr/0026-close-to-the-floor.md).
 * Where much is kept, it costs more than it saves.
 */
export function keepHeapFlat(): void {
  setFlagsFromString("--heap-growing-percent=20");
}
