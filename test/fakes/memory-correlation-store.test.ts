import { describeCorrelationStore } from "../contracts/correlation-store-contract.ts";
import { MemoryCorrelationStore } from "./memory-correlation-store.ts";

describeCorrelationStore("memory", () => new MemoryCorrelationStore());
