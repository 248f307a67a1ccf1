import { defineConfig } from "vitest/config";

/** The SQL on Trino, over the template's tables. */
export default defineConfig({
  test: {
    include: [".ci/trino/*.test.ts"],
    globalSetup: ".ci/trino/setup.ts",
    // CPU times are compared: one query at a time.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { inline: ["dt-sql-parser"] } },
  },
});
