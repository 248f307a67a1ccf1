import { describeSeenNamesStore } from "../contracts/seen-names-store-contract.ts";
import { MemorySeenNamesStore } from "./memory-seen-names-store.ts";

describeSeenNamesStore("a store in memory", () => new MemorySeenNamesStore());
