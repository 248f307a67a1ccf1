import { setFlagsFromString } from "node:v8";

/**
 * A small young generation, and no second compilation of the parser of HTTP headers
 * (docs/adr/0026-close-to-the-floor.md).
 */
export const FLAT_HEAP_FLAGS = [
  "--semi-space-growth-factor=1",
  "--no-wasm-tier-up",
  "--no-wasm-dynamic-tiering",
];

/**
 * Set those of every process, once its modules are loaded: V8 takes no code from a cache that was
 * made with other flags, so that each of Node's own modules would be compiled again.
 */
export function setFlatHeapFlags(): void {
  for (const flag of FLAT_HEAP_FLAGS) setFlagsFromString(flag);
}

/**
 * Let a process take memory for less CPU whose work makes an object of each entry, or reads megabytes
 * at a time (docs/internals/performance.md).
 */
export function letHeapGrow(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
  setFlagsFromString("--heap-growing-percent=400");
}

/**
 * Keep a process small whose work leaves megabytes behind with each page and keeps next to nothing
 * (docs/adr/0026-close-to-the-floor.md): V8 collects garbage before the heap has grown by a fifth,
 * and compiles on the main thread, since each thread that has ever compiled holds on to what that
 * took. Where much is kept, it costs more than it saves.
 */
export function keepHeapFlat(): void {
  setFlagsFromString("--heap-growing-percent=20");
  setFlagsFromString("--no-concurrent-recompilation");
}
