import { describe, expect, it } from "vitest";
import { checkImports, importsIn } from "./check-imports.ts";

/** What is found wrong when a file with this text is planted. */
function plant(path: string, text: string, others: Record<string, string> = {}): string[] {
  return checkImports(importsIn(new Map(Object.entries({ [path]: text, ...others }))));
}

describe("a wrong import is found", () => {
  it.each([
    ["import", 'import { Archive } from "../archive/archive.ts";'],
    ["import of all", 'import * as archive from "../archive/archive.ts";'],
    ["default import", 'import archive from "../archive/archive.ts";'],
    ["import without names", 'import "../archive/archive.ts";'],
    ["import type", 'import type { Archive } from "../archive/archive.ts";'],
    ["inline type", 'import { type Archive } from "../archive/archive.ts";'],
    ["type of an import", 'let archive: import("../archive/archive.ts").Archive;'],
    ["typeof an import", 'let archive: typeof import("../archive/archive.ts");'],
    ["dynamic import", 'await import("../archive/archive.ts");'],
    ["dynamic import of a template", "await import(`../archive/archive.ts`);"],
    ["export from", 'export { Archive } from "../archive/archive.ts";'],
    ["export type from", 'export type { Archive } from "../archive/archive.ts";'],
    ["export of all", 'export * from "../archive/archive.ts";'],
    ["export of all as one", 'export * as archive from "../archive/archive.ts";'],
    ["require", 'require("../archive/archive.ts");'],
    ["require.resolve", 'require.resolve("../archive/archive.ts");'],
    ["module.require", 'module.require("../archive/archive.ts");'],
    ["createRequire", 'createRequire(import.meta.url)("../archive/archive.ts");'],
    [
      "createRequire by another name",
      'const load = createRequire(import.meta.url); load("../archive/archive.ts");',
    ],
    ["import = require", 'import archive = require("../archive/archive.ts");'],
    ["import.meta.resolve", 'import.meta.resolve("../archive/archive.ts");'],
    ["new URL", 'await import(new URL("../archive/archive.ts", import.meta.url).href);'],
    ["a worker", 'new Worker(new URL("../archive/archive.ts", import.meta.url));'],
    ["declare module", 'declare module "../archive/archive.ts" {}'],
    ["reference", '/// <reference path="../archive/archive.ts" />'],
  ])("by %s", (_syntax, text) => {
    expect(plant("lib/slack/planted.ts", `const line1 = 1;\n${text}`)).toContainEqual(
      expect.stringMatching(
        /^lib\/slack\/planted\.ts:2 imports lib\/archive\/archive\.ts \(.+\): lib\/slack is a client/,
      ),
    );
  });

  it.each([
    ["JSON", 'import manifest from "../../package.json" with { type: "json" };', "package.json"],
    ["a package", 'import { S3Client } from "@aws-sdk/client-s3";', "@aws-sdk/client-s3"],
    ["a package's part", 'import { App } from "aws-cdk-lib/core";', "aws-cdk-lib"],
    ["this package by its name", 'import "slack-audit-lake/lib/time.ts";', "slack-audit-lake"],
    ["an import map", 'import "#archive";', "#archive"],
    ["node_modules", 'import "../../node_modules/zod/index.js";', "node_modules/zod/index.js"],
    ["a path from the root", 'import "/lib/time.ts";', "/lib/time.ts"],
    ["Node's module", 'import { readFile } from "node:fs/promises";', "fs"],
    ["Node's module without node:", 'import { spawn } from "child_process";', "child_process"],
    ["Node's module at run time", 'process.getBuiltinModule("node:fs");', "fs"],
  ])("of %s", (_what, text, name) => {
    expect(plant("lib/slack/planted.ts", text)).toEqual([
      expect.stringContaining(`lib/slack/planted.ts:1 imports ${name} (`),
    ]);
  });

  it.each([
    ["export from", 'export { x } from "../ingest/ingest.ts";'],
    ["export of all", 'export * from "../ingest/ingest.ts";'],
    ["an import that is exported", 'import { x } from "../ingest/ingest.ts"; export { x };'],
    [
      "an import that is exported as all",
      'import * as x from "../ingest/ingest.ts"; export { x };',
    ],
    ["an import that is the default", 'import { x } from "../ingest/ingest.ts"; export default x;'],
  ])("through an index, by %s", (_syntax, text) => {
    const found = plant("lib/import/planted.ts", 'import { x } from "../run/index.ts";', {
      "lib/run/index.ts": 'export * from "./deep.ts";',
      "lib/run/deep.ts": text,
    });

    expect(found).toContainEqual(
      expect.stringContaining(
        "lib/import/planted.ts:1 imports lib/ingest/ingest.ts through lib/run/index.ts: lib/import ",
      ),
    );
    expect(found).toContainEqual(expect.stringContaining("lib/run/deep.ts:1 imports lib/ingest"));
  });

  it.each([
    "import(name)",
    'import("../archive/" + name)',
    "require(name)",
    "import(new URL(name, import.meta.url).href)",
  ])("that is computed: %s", (text) => {
    expect(plant("lib/run/planted.ts", text)).toEqual([
      expect.stringMatching(/^lib\/run\/planted\.ts:1 computes what it imports/),
    ]);
  });

  it("from a folder that has no rule", () => {
    expect(plant("lib/utils/planted.ts", "")).toEqual([
      "lib/utils/planted.ts is in no folder of test/architecture/rules.ts",
    ]);
  });
});

/** The map of docs/internals/design.md, the wrong way round. */
describe("a wrong way is found", () => {
  it.each([
    ["lib/slack/planted.ts", "../ports.ts"],
    ["lib/slack/planted.ts", "../time.ts"],
    ["lib/time.ts", "./archive/object-key.ts"],
    ["lib/ports.ts", "./archive/archive.ts"],
    ["lib/archive/planted.ts", "../run/lease.ts"],
    ["lib/archive/planted.ts", "../local/directory-archive-store.ts"],
    ["lib/archive/planted.ts", "../slack/page.ts"],
    ["lib/run/planted.ts", "../ingest/ingest.ts"],
    ["lib/run/planted.ts", "../aws/s3-archive-store.ts"],
    ["lib/ingest/planted.ts", "../seal/seal-day.ts"],
    ["lib/ingest/planted.ts", "../backfill/plan.ts"],
    ["lib/ingest/planted.ts", "../sql/table.ts"],
    ["lib/backfill/planted.ts", "../seal/seal-day.ts"],
    ["lib/import/planted.ts", "../ingest/ingest.ts"],
    ["lib/seal/planted.ts", "../import/import-entries.ts"],
    ["lib/seal/planted.ts", "../aws/kms-manifest-signer.ts"],
    ["lib/seal/planted.ts", "../columns/parquet-columns.ts"],
    ["lib/detect/rules/planted.ts", "../../run/listing.ts"],
    ["lib/detect/planted.ts", "../aws/sns-notification-sink.ts"],
    ["lib/detect/planted.ts", "../sql/table.ts"],
    ["lib/sql/planted.ts", "../ports.ts"],
    ["lib/stack/planted.ts", "../aws/cloudformation-stack.ts"],
    ["lib/stack/planted.ts", "../slack/endpoint.ts"],
    ["lib/stack/planted.ts", "../ingest/ingest.ts"],
    ["lib/aws/planted.ts", "../slack/client.ts"],
    ["lib/aws/planted.ts", "../ingest/ingest.ts"],
    ["lib/aws/planted.ts", "../local/lake-database.ts"],
    ["lib/aws/planted.ts", "../detect/rules/index.ts"],
    ["lib/local/planted.ts", "../aws/s3-archive-store.ts"],
    ["lib/local/planted.ts", "../seal/seal-day.ts"],
    ["lib/run/planted.ts", "../../fake-slack/fake-slack.ts"],
    ["lib/local/planted.ts", "../../cli/output/format.ts"],
    ["lib/aws/planted.ts", "../../functions/job-step.ts"],
    ["lib/sql/planted.ts", "../../infra/config/config.ts"],
    ["lib/seal/planted.ts", "../../test/fakes/virtual-clock.ts"],
    ["lib/ingest/planted.ts", "../../bench/job.ts"],
    ["fake-slack/planted.ts", "../lib/archive/object-key.ts"],
    ["fake-slack/planted.ts", "../test/fakes/virtual-clock.ts"],
    ["infra/constructs/planted.ts", "../../lib/ingest/ingest.ts"],
    ["infra/constructs/planted.ts", "../../lib/aws/client-options.ts"],
    ["infra/constructs/planted.ts", "../../lib/slack/endpoint.ts"],
    ["infra/constructs/planted.ts", "../../functions/build.ts"],
    ["infra/constructs/planted.ts", "../../lib/detect/detector.ts"],
    ["infra/constructs/planted.ts", "../../functions/ingest/handler.ts"],
    ["infra/constructs/planted.ts", "../../cli/output/format.ts"],
    ["functions/ingest/planted.ts", "../../infra/config/config.ts"],
    ["functions/ingest/planted.ts", "../../lib/local/lake-database.ts"],
    ["functions/ingest/planted.ts", "../../cli/exit-codes.ts"],
    ["cli/commands/planted.ts", "../../lib/aws/s3-archive-store.ts"],
    ["cli/commands/planted.ts", "../../functions/job-step.ts"],
    ["cli/commands/planted.ts", "../../infra/config/config.ts"],
    ["cli/output/planted.ts", "../../lib/local/lake-database.ts"],
    ["cli/output/planted.ts", "../commands/demo.ts"],
    ["cli/options/planted.ts", "../output/format.ts"],
    ["cli/commands/planted.ts", "../program.ts"],
    ["cli/planted.ts", "./commands/demo.ts"],
    ["cli/main.ts", "./commands/demo.ts"],
    ["cli/audit-lake.js", "./program.ts"],
    ["cli/run/planted.ts", "../../test/fakes/virtual-clock.ts"],
    ["packages/planted.ts", "../lib/archive/archive.ts"],
    [".ci/interop/planted.ts", "../../lib/archive/archive.ts"],
    [".ci/packages/planted.ts", "../../lib/slack/index.ts"],
    [".ci/template/planted.ts", "../../lib/slack/index.ts"],
    ["lib/slack/planted.ts", "../../packages/refresh-actions.ts"],
  ])("%s → %s", (path, specifier) => {
    expect(plant(path, `import "${specifier}";`)).toHaveLength(1);
  });

  it.each([
    ["lib/archive/planted.ts", "@aws-sdk/client-s3"],
    ["lib/seal/planted.ts", "@aws-sdk/client-kms"],
    ["lib/local/planted.ts", "@aws-sdk/client-s3"],
    ["cli/commands/planted.ts", "@aws-sdk/client-s3"],
    ["cli/output/planted.ts", "@aws-sdk/client-athena"],
    ["infra/constructs/planted.ts", "@aws-sdk/client-s3"],
    ["lib/sql/planted.ts", "@duckdb/node-api"],
    ["lib/aws/planted.ts", "@duckdb/node-api"],
    ["cli/commands/planted.ts", "@duckdb/node-api"],
    ["lib/stack/planted.ts", "aws-cdk-lib"],
    ["functions/ingest/planted.ts", "aws-cdk-lib/aws-s3"],
    ["functions/ingest/planted.ts", "constructs"],
    ["lib/run/planted.ts", "undici"],
    ["lib/aws/planted.ts", "undici"],
    ["cli/run/planted.ts", "undici"],
    ["lib/ingest/planted.ts", "commander"],
    ["lib/local/planted.ts", "cli-progress"],
    ["functions/seal/planted.ts", "cli-table3"],
    ["lib/archive/planted.ts", "zod"],
    ["lib/slack/planted.ts", "zod"],
    ["lib/run/planted.ts", "@middy/core"],
    ["lib/detect/planted.ts", "@aws-lambda-powertools/logger"],
    ["lib/archive/planted.ts", "node:fs"],
    ["lib/run/planted.ts", "node:timers/promises"],
    ["lib/ingest/planted.ts", "node:crypto"],
    ["lib/sql/planted.ts", "node:child_process"],
    ["lib/aws/planted.ts", "node:sqlite"],
    ["functions/ingest/planted.ts", "node:child_process"],
  ])("%s → %s", (path, specifier) => {
    expect(plant(path, `import "${specifier}";`)).toHaveLength(1);
  });
});

it("a right import passes", () => {
  const right = [
    'import { Archive } from "../archive/archive.ts";',
    'import type { Clock } from "../ports.ts";',
    'export { prefetch } from "./prefetch.ts";',
    "const module = { require: 1 };",
    'const text = \'import("../aws/s3-archive-store.ts")\'; // import "../aws/s3-archive-store.ts"',
    'const directory = new URL("queries/", import.meta.url);',
    'const api = new URL("/audit/v1/logs.json", base);',
  ];
  expect(plant("lib/run/planted.ts", right.join("\n"))).toEqual([]);
});
