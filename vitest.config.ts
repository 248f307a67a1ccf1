import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Interruptions at every await, kills, thousands of seeded scenarios, weeks of virtual time, every
 * saved query over weeks of entries, and over columns as over lines; each kind of damage
 * to an archive, gzip bombs included.
 */
const PROOF = [
  "test/simulation/**",
  "test/bench/**",
  "test/**/exactly-once.test.ts",
  "test/sql/saved-query-rows.test.ts",
  "test/seal/check-day.test.ts",
  "test/{columns,local}/parquet-columns.test.ts",
  "test/local/verified-reading.test.ts",
];

/** Pages of the documentation that take every saved query or rule over weeks of entries: `.ci/run` has them. */
const PAGES = ["test/sql/queries-page.test.ts", "test/detect/trial-page.test.ts"];

/** The commands as people start them, and the compiler: each call is a process. */
const CLI = [
  "test/cli/*.test.ts",
  "test/cli/{commands,stack}/**",
  "test/docs/cli.test.ts",
  "test/fake-slack/main.test.ts",
  "test/docs/cli.test.ts",
  "test/slack/types.test.ts",
  "test/compatibility/archive-*.test.ts",
];

/** What CDK synthesizes and esbuild bundles, and the functions in the environment they are given. */
const STACK = [
  "test/{infra,functions,stack,packages}/**",
  "test/docs/{cost,downstream}.test.ts",
  "test/compatibility/template-*.test.ts",
];

/** Everything else: one subject at a time, in the process of the test. */
const UNIT = ["test/**"];

/** The test files that globs for folders and files match. */
const tests = (globs: string[]) => globs.map((glob) => glob.replace(/\*\*$/, "**/*.test.ts"));

/** The longest file, the simulation, must not be the last to start. */
class ProofsFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const { proofs = [], others = [] } = Object.groupBy(
      await super.sort(specifications),
      ({ project }) => (project.name === "proof" ? "proofs" : "others"),
    );
    return [...proofs, ...others];
  }
}

// Every process of the tests compiles the same libraries. On disk, and found again by the next run.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node");

export default defineConfig({
  test: {
    sequence: { sequencer: ProofsFirst },
    // More than the cores: tests of the command wait for processes that they start.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // No test waits for real time; this is for a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    // A process serves file after file, so that it starts and loads its libraries once.
    isolate: false,
    // Its modules import directories, which Node does not.
    server: { deps: { inline: ["dt-sql-parser"] } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: tests(UNIT),
          exclude: [...PROOF, ...PAGES, ...CLI, ...STACK],
        },
      },
      {
        extends: true,
        // The simulation replaces Node's compression in its process.
        test: { name: "proof", include: tests(PROOF), isolate: true },
      },
      { extends: true, test: { name: "pages", include: PAGES } },
      {
        extends: true,
        test: { name: "cli", include: tests(CLI), globalSetup: "test/cli/bundle.ts" },
      },
      {
        extends: true,
        // Functions read their environment when they are loaded.
        test: {
          name: "stack",
          include: tests(STACK),
          globalSetup: "test/stack-setup.ts",
          setupFiles: ["test/restore-process.ts"],
        },
      },
    ],
  },
});
