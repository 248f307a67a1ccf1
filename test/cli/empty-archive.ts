import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** An archive in which a run of the source `slack` found nothing. */
export async function emptyArchive(): Promise<string> {
  const directory = await temporaryDirectory();
  const checkpoints = new SqliteCheckpointStore(directory);
  const lease = { owner: "test", expiresAt: 1_772_450_000_000 };
  await checkpoints.acquire("slack", lease, 1_772_442_000_000);
  const checkpoint = { start: 1_772_352_000, watermark: 1_772_442_000, entriesPerSecond: 0 };
  await checkpoints.save("slack", lease, checkpoint, 1_772_442_000_000);
  await checkpoints.release("slack", lease.owner, 1_772_442_000_000);
  checkpoints.close();
  return directory;
}
