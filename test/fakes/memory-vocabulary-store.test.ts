import { describeVocabularyStore } from "../contracts/vocabulary-store-contract.ts";
import { MemoryVocabularyStore } from "./memory-vocabulary-store.ts";

describeVocabularyStore("a store in memory", () => new MemoryVocabularyStore());
