import { defineConfig } from "vitest/config";

/** What needs moto: the contracts of what AWS keeps, and every job of the deployed stack. */
export default defineConfig({
  test: { include: [".ci/{moto,template}/*.test.ts"], testTimeout: 900_000, hookTimeout: 900_000 },
});
