/** For files that share a process: the next one finds its environment and modules as if it were the first. */
import { afterAll, expect, vi } from "vitest";

const before = { ...process.env };

afterAll(() => {
  // Functions read their environment when they are loaded; syntheses are shared by all that come after.
  if (expect.getState().testPath?.includes("/test/functions/")) vi.resetModules();
  for (const name of Object.keys(process.env)) {
    if (!(name in before)) delete process.env[name];
  }
  Object.assign(process.env, before);
});
