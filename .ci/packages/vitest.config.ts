import { defineConfig } from "vitest/config";

/** The packages as their users get them: packed, installed elsewhere, run by somebody else. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: "setup.ts",
    // npm installs from a registry in these.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
