import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** These change modules or the environment of their process, and get one of their own. */
const OWN_PROCESS = ["test/aws/**", "test/functions/**", "test/simulation/**"];

export default defineConfig({
  test: {
    // More than the cores: tests of the command wait for processes that they start.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // No test waits for real time; the slowest, of all saved queries, takes 10 s, and more on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    // Its modules import directories, which Node does not.
    server: { deps: { inline: ["dt-sql-parser"] } },
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          globalSetup: "test/build-functions.ts",
          include: ["test/**/*.test.ts"],
          exclude: OWN_PROCESS,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: "own process", include: OWN_PROCESS.map((path) => `${path}/*.test.ts`) },
      },
    ],
  },
});
