import type { CheckpointStore, Sealing } from "../ports.ts";
import { sealWriter } from "./writer.ts";

/** The newest manifest of each source, as its checkpoint has it; undefined before the first. */
export type SealedHeads = ReadonlyMap<string, NonNullable<Sealing["head"]> | undefined>;

export async function sealedHeadsOf(
  checkpoints: Pick<CheckpointStore, "read">,
  sources: readonly string[],
): Promise<SealedHeads> {
  const heads = new Map<string, NonNullable<Sealing["head"]> | undefined>();
  for (const source of sources) {
    const status = await checkpoints.read(sealWriter(source));
    heads.set(source, status?.checkpoint?.closing?.head ?? undefined);
  }
  return heads;
}
