/**
 * Memory of bodies that were read and given back, for the next ones: fresh from
 * the system, megabytes cost a run more than reading what is put into them, and
 * what is freed in between is not returned to the system.
 */
const ROUNDED_BYTES = 1024 * 1024;
/** The one in work, and the one that is fetched ahead. */
const SPARE_MAX = 2;
/** Nearly all pages are smaller; larger ones are rare, and let go. */
const SPARE_BYTES_MAX = 16 * 1024 * 1024;

const spare: ArrayBuffer[] = [];
const reusable = new WeakSet<ArrayBuffer>();

/** @returns at least `bytes` long; holds whatever it held before */
export function takeBuffer(bytes: number): Uint8Array<ArrayBuffer> {
  const at = spare.findIndex(({ byteLength }) => byteLength >= bytes);
  const [found] = at === -1 ? [] : spare.splice(at, 1);
  if (found !== undefined) {
    return new Uint8Array(found);
  }
  const rounded = Math.max(1, Math.ceil(bytes / ROUNDED_BYTES)) * ROUNDED_BYTES;
  const { buffer } = Buffer.allocUnsafeSlow(rounded);
  reusable.add(buffer);
  return new Uint8Array(buffer);
}

/** Nobody may read the body any more, nor any view on it. */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || spare.includes(buffer)) {
    return;
  }
  if (reusable.has(buffer) && buffer.byteLength <= SPARE_BYTES_MAX) {
    spare.push(buffer);
    spare.sort((a, b) => a.byteLength - b.byteLength);
    const smallest = spare.length > SPARE_MAX ? spare.shift() : undefined;
    if (smallest !== undefined) free(smallest);
  } else if (reusable.has(buffer) || buffer.byteLength - byteLength <= 1) {
    // One of Node's pool, which holds other things too, is larger than the body by more than
    // what `decompress` adds.
    free(buffer);
  }
}

/** Detaches the memory. Node 20 has no transfer, and leaves it to the garbage collector. */
export function free(buffer: ArrayBufferLike): void {
  (buffer as { transfer?: (bytes: number) => ArrayBuffer }).transfer?.(0);
}
