/**
 * Ask for the next value while the last one is worked on.
 *
 * Order is kept, and never are more than two values alive: the one in the
 * caller's hands and the one that was fetched ahead. An error of the source
 * reaches the caller only after the value before it was dealt with. When the
 * caller stops early, `cancel` is called to end the fetch that is under way,
 * and its end is waited for.
 */
export async function* prefetch<T>(
  source: AsyncGenerator<T, void, void>,
  cancel: () => void,
): AsyncGenerator<T, void, void> {
  let next = settled(source.next());
  try {
    for (;;) {
      const result = await next;
      if ("error" in result) {
        throw result.error;
      }
      if (result.value.done) {
        return;
      }
      next = settled(source.next());
      yield result.value.value;
    }
  } finally {
    cancel();
    await next;
  }
}

type Settled<T> = { value: T } | { error: unknown };

/** A promise that never rejects: nobody may be waiting for it yet when it fails. */
function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
