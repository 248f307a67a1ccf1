import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A test that needs longer is waiting for real time, which no test may do.
    testTimeout: 30_000,
    restoreMocks: true,
    // Its modules import directories, which Node does not.
    server: { deps: { inline: ["dt-sql-parser"] } },
  },
});
