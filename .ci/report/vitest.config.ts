import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [".ci/report/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
