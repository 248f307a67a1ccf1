import { describeArchiveStore } from "../contracts/archive-store-contract.ts";
import { describeCheckpointStore } from "../contracts/checkpoint-store-contract.ts";
import { MemoryArchiveStore } from "./memory-archive-store.ts";
import { MemoryCheckpointStore } from "./memory-checkpoint-store.ts";

describeArchiveStore("an archive in memory", () => new MemoryArchiveStore());
describeCheckpointStore("checkpoints in memory", () => new MemoryCheckpointStore());
