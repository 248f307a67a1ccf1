/** Lets go of a promise when the signal is aborted, also when what it waits for does not. */
export function abortable<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const promise = Promise.resolve(work);
  if (signal === undefined) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    const settle = () => signal.removeEventListener("abort", onAbort);
    promise.then(resolve, reject).then(settle);
  });
}
