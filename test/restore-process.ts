/** For files that share a process: the next one finds its environment and modules as if it were the first. */
import { afterAll, vi } from "vitest";

const before = { ...process.env };

afterAll(() => {
  vi.resetModules();
  for (const name of Object.keys(process.env)) {
    if (!(name in before)) delete process.env[name];
  }
  Object.assign(process.env, before);
});
