/** What a function keeps of its time for a write under way with its retries, and the last save. */
export const RESERVE_MS = 40_000;
