import type { Detection } from "./correlation.ts";
import { CORRELATIONS } from "./correlations/index.ts";
import { RULES } from "./rules/index.ts";

/** Every rule that looks at one entry, and every one that looks at several, each by id. */
export const DETECTIONS: readonly Detection[] = [...RULES, ...CORRELATIONS];
