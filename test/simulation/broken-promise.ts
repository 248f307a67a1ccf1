/** The promise does not hold in the scenario of this seed. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}
