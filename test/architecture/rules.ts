/**
 * What each folder may import. Everything else is refused.
 *
 * `lib`'s folders are a stack of layers: who is above knows who is below, never the other way. What
 * an entry of `may` names as a single file is an exception within a folder that is otherwise out of
 * reach.
 */
export interface Rule {
  /** A folder with all that is below it, except folders that have a rule of their own; or a file. */
  folder: string;
  /** Completes 'It …', and is part of every message. */
  why: string;
  /** Folders that have a rule, or single files; its own files need no mention. */
  may: string[];
  /** npm packages: a name, or `@scope/*`. */
  packages?: string[];
  /** Modules of Node, without `node:`; `fs` includes `fs/promises`. */
  builtins?: string[];
}

const LIB = [
  "lib/aws",
  "lib/local",
  "lib/report",
  "lib/columns",
  "lib/security-lake",
  "lib/ocsf",
  "lib/backfill",
  "lib/import",
  "lib/seal",
  "lib/ingest",
  "lib/run",
  "lib/notify",
  "lib/detect",
  "lib/detect/context",
  "lib/sql",
  "lib/stack",
  "lib/archive",
  "lib/ports.ts",
  "lib/slack",
  "lib/fields.ts",
  "lib/in-parallel.ts",
  "lib/time.ts",
];

/** The client is published by itself: it defines `Clock`, and `lib/ports.ts` exports it again. */
const PORTS = ["lib/ports.ts", "lib/slack/clock.ts"];

/** Where the command line begins. */
const START = ["cli/audit-lake.js", "cli/main.ts", "cli/program.ts"];
const CLI = ["cli", "cli/commands", "cli/stack", "cli/options", "cli/output", "cli/run"];

const ANY = ["*"];

/** From top to bottom: a folder knows only its own layer and those below it. */
export const LAYERS: Rule[][] = [
  [
    {
      folder: "test",
      why: "tests everything",
      may: [
        ".",
        "bench",
        "packages",
        "infra",
        "functions",
        "functions/bundle",
        ...START,
        ...CLI,
        "fake-slack",
        ...LIB,
      ],
      packages: ANY,
      builtins: ANY,
    },
    {
      folder: "bench",
      why: "measures the product as it is, with what the tests have to measure it by",
      may: ["test", "packages", "cli/program.ts", ...CLI, "fake-slack", ...LIB],
      packages: ["commander", "cli-table3"],
      builtins: ANY,
    },
    {
      folder: "packages",
      why: "builds what is published, and knows nothing of how it works",
      may: [
        "functions/build.ts",
        "functions/bundle",
        "infra/template/template.ts",
        "package.json",
        // Slack is asked which actions there are with the client that will name them.
        "lib/slack",
      ],
      packages: ["esbuild", "fflate", "rolldown"],
      builtins: ["child_process", "crypto", "fs", "module", "os", "path", "url", "util", "zlib"],
    },
    {
      folder: "packages/bundle",
      why: "is what the command's bundle has in place of larger parts of its dependencies",
      may: [],
      packages: ["undici"],
      builtins: ["readline"],
    },
    {
      folder: "packages/refresh-actions.ts",
      why: "is run by hand to write a file of lib/slack, and is not published",
      may: ["lib/slack"],
      builtins: ["fs", "process"],
    },
    {
      folder: ".ci/interop",
      why: "compares the client with Slack's own in Python",
      may: ["fake-slack", "lib/slack"],
      builtins: ["child_process", "http", "net", "path", "process", "util"],
    },
    {
      folder: ".ci/ocsf",
      why: "makes events of everything there is, for a validator that others wrote",
      may: [
        "fake-slack",
        "lib/ocsf",
        "test/ocsf/example-context.ts",
        "test/ocsf/example-lines.ts",
        "test/ocsf/mutate.ts",
        "test/ocsf/written-event.ts",
        "test/simulation/seeded-random.ts",
      ],
      builtins: ["events", "fs", "path", "process", "stream"],
    },
    {
      folder: ".ci/packages",
      why: "uses the packages as strangers do: packed, and installed elsewhere",
      may: ["fake-slack", "package.json"],
      packages: ["vitest"],
      builtins: ["child_process", "fs", "os", "path"],
    },
    {
      folder: ".ci/template",
      why: "runs every job of the deployed stack from outside, and compares what is stored with what Slack has",
      may: [
        "fake-slack",
        "infra/config/config.ts",
        "lib/archive",
        "lib/aws",
        "lib/local",
        ...PORTS,
        "lib/sql",
        "lib/stack/metrics.ts",
        "lib/time.ts",
        "test/fakes/local-account/athena.ts",
        "test/fakes/local-account/authorization.ts",
        "test/fakes/local-account/aws-request.ts",
        "test/fakes/local-account/deployment.ts",
        "test/fakes/loopback-server.ts",
        "test/functions/forbidden-calls.ts",
        ".ci/moto",
      ],
      packages: ["@aws-sdk/*", "@duckdb/node-api", "vitest"],
      builtins: [
        "child_process",
        "crypto",
        "events",
        "fs",
        "http",
        "os",
        "path",
        "readline",
        "stream",
        "timers",
        "url",
        "util",
      ],
    },
    {
      folder: ".ci/moto",
      why: "holds the adapters to their contracts on stores that others wrote",
      may: [
        "lib/aws",
        "test/contracts/alert-ledger-contract.ts",
        "test/contracts/archive-store-contract.ts",
        "test/contracts/checkpoint-store-contract.ts",
        "test/contracts/correlation-store-contract.ts",
        "test/contracts/seen-names-store-contract.ts",
      ],
      packages: ["@aws-sdk/*", "vitest"],
      builtins: ["child_process", "events", "net", "path", "timers"],
    },
    {
      folder: ".ci/report",
      why: "looks at the report in a browser, and compares its numbers with the saved queries",
      may: [
        "fake-slack",
        "lib/archive",
        "lib/local",
        "lib/report",
        "lib/time.ts",
        "test/report/hostile-entries.ts",
        "test/seal/sealed-archive.ts",
        "test/sql/open-lake-of.ts",
      ],
      packages: ["axe-core", "playwright-core", "vitest"],
      builtins: ["child_process", "fs", "os", "path", "util", "zlib"],
    },
    {
      folder: ".ci/trino",
      why: "runs the stack's tables, views and saved queries on an engine of Athena's kind",
      may: [
        "cli/output",
        "fake-slack",
        "infra",
        "lib/archive",
        "lib/aws",
        "lib/columns",
        "lib/detect",
        "lib/detect/context",
        "lib/local",
        "lib/ocsf",
        "lib/security-lake",
        ...PORTS,
        "lib/slack",
        "lib/sql",
        "lib/time.ts",
        "test/fakes/memory-correlation-store.ts",
        "test/fakes/open-archive.ts",
        "test/ocsf/example-lines.ts",
        "test/seal/sealed-archive.ts",
        "test/security-lake/memory-event-store.ts",
        "test/sql/open-lake-of.ts",
        ".ci/moto",
      ],
      packages: ["@aws-sdk/*", "aws-cdk-lib", "vitest"],
      builtins: ["child_process", "crypto", "fs", "os", "path", "zlib"],
    },
    {
      folder: ".",
      why: "configures tools and the stack",
      may: ["infra/config/config.ts"],
      packages: ["vitest"],
      builtins: ["os", "path"],
    },
  ],
  [
    {
      folder: "infra",
      why: "takes names, SQL and the configuration's types, and runs no product code: a template must not depend on how the product works",
      may: [
        "lib/archive",
        "lib/sql",
        "lib/stack",
        "lib/fields.ts",
        "lib/time.ts",
        // The settings of rules, targets and routes are checked before they are deployed.
        "lib/detect/configure.ts",
        // Which classes there are, and where their events lie.
        "lib/ocsf/classes.ts",
        "lib/security-lake/event-key.ts",
        "lib/detect/suppressions.ts",
        "lib/detect/unknown-sources.ts",
        "lib/detect/context",
        "lib/detect/detections.ts",
        "lib/detect/expired-suppression.ts",
        "lib/detect/own-rules.ts",
        "lib/detect/rule.ts",
        "lib/notify/check-routing.ts",
        "lib/notify/target-settings.ts",
        // The settings of the CDK, for the template that is made without its command.
        "cdk.json",
        // Its version is an output of the stack.
        "package.json",
      ],
      packages: ["aws-cdk-lib", "constructs", "cdk-nag", "esbuild", "zod"],
      builtins: ["fs", "module", "os", "path", "url", "util"],
    },
  ],
  [
    {
      folder: "functions",
      why: "wires adapters to the engine, and knows neither the stack nor the command line",
      may: ["functions/bundle", "package.json", ...LIB.filter((folder) => folder !== "lib/local")],
      packages: [
        "@aws-lambda-powertools/*",
        "@aws-sdk/*",
        "@middy/core",
        "aws-lambda",
        "esbuild",
        "rolldown",
        "zod",
      ],
      builtins: ["crypto", "fs", "http", "https", "net", "path", "url"],
    },
    {
      folder: "functions/bundle",
      why: "is what a bundle has in place of larger parts of its dependencies",
      may: [],
      packages: [
        "@aws-sdk/client-dynamodb",
        "@aws-sdk/client-s3",
        "@aws-sdk/credential-provider-env",
        "@jridgewell/sourcemap-codec",
        "@smithy/signature-v4",
        "esbuild",
      ],
      builtins: ["fs", "module", "path"],
    },
  ],
  [
    {
      folder: "cli/audit-lake.js",
      why: "runs on any Node, to name the one that the rest needs",
      may: ["cli/main.ts", "package.json"],
      builtins: ["module", "url"],
    },
    {
      folder: "cli/main.ts",
      why: "is where the command line begins",
      may: ["cli", "cli/output/standard-output.ts", "cli/program.ts", "lib/run/flat-heap.ts"],
    },
    {
      folder: "cli/program.ts",
      why: "is the list of the commands, each loaded when it is called",
      may: ["cli", "cli/commands", "package.json"],
      packages: ["commander"],
    },
    {
      folder: "cli/commands",
      why: "talks to people; what is deployed is reached through cli/stack only",
      may: [...CLI, "fake-slack", "package.json", ...LIB.filter((folder) => folder !== "lib/aws")],
      packages: ["commander", "@bomb.sh/tab"],
      builtins: ["crypto", "fs", "os", "path", "readline", "stream", "v8"],
    },
    {
      folder: "cli/stack",
      why: "is the one part of the command line that knows AWS, so that nobody else loads its SDK",
      may: [
        "package.json",
        "cli",
        "cli/options",
        "cli/output",
        "cli/run",
        ...LIB.filter((folder) => folder !== "lib/local"),
      ],
      packages: ["@aws-sdk/*"],
      builtins: ["crypto"],
    },
    {
      folder: "cli",
      why: "is shared by all commands, and knows none of them",
      may: [
        "cli/run",
        "cli/stack/aws-problem.ts",
        // A message may quote what others wrote.
        "cli/output/controls.ts",
        "lib/ingest",
        "lib/seal",
        "package.json",
      ],
      packages: ["commander"],
      builtins: ["util"],
    },
    {
      folder: "cli/options",
      why: "reads what was typed, and begins nothing",
      may: [
        "cli",
        "cli/run",
        "lib/archive",
        "lib/slack",
        "lib/sql",
        "lib/stack",
        "lib/time.ts",
        // What is wrong with the file of a key.
        "lib/seal/signature.ts",
        // Whether a directory is an archive, and of which sources.
        "lib/local/archive-directory.ts",
      ],
      packages: ["commander", "leven", "@inquirer/*"],
      builtins: ["fs", "path", "stream", "url"],
    },
    {
      folder: "cli/output",
      why: "shows what it is given, on the terminal, in a pager or in a file, and begins no work",
      may: [
        "cli/errors.ts",
        "cli/exit-codes.ts",
        ...LIB.filter((folder) => folder !== "lib/aws" && folder !== "lib/local"),
      ],
      packages: ["cli-progress", "cli-table3", "fflate", "string-width"],
      builtins: ["child_process", "events", "fs", "os", "path"],
    },
    {
      folder: "cli/run",
      why: "runs an engine until it is done, whichever command asks",
      may: ["cli", ...LIB.filter((folder) => folder !== "lib/aws" && folder !== "lib/local")],
      builtins: ["crypto", "fs", "http", "os", "path", "stream", "url", "util", "zlib"],
    },
  ],
  [
    {
      folder: "fake-slack",
      why: "stands in for Slack, so it knows of the product only what a client of Slack must know",
      may: ["lib/slack", "lib/time.ts"],
      packages: ["commander"],
      builtins: ["crypto", "events", "fs", "http", "net", "stream"],
    },
  ],
  [
    {
      folder: "lib/aws",
      why: "implements ports with AWS, and knows neither the writers nor Slack",
      may: [
        "lib/columns",
        "lib/security-lake",
        "lib/archive",
        "lib/sql",
        "lib/stack",
        ...PORTS,
        "lib/in-parallel.ts",
        "lib/time.ts",
        "lib/detect/ports.ts",
      ],
      packages: ["@aws-sdk/*", "@smithy/node-http-handler"],
      builtins: ["crypto", "stream"],
    },
    {
      folder: "lib/local",
      why: "implements ports on one machine, and knows neither the writers nor Slack",
      may: [
        "lib/columns",
        "lib/archive",
        "lib/sql",
        ...PORTS,
        "lib/time.ts",
        "lib/seal/signature.ts",
        "lib/seal/manifest.ts",
        "lib/detect/ports.ts",
        "lib/notify/ports.ts",
      ],
      packages: ["@duckdb/*"],
      builtins: ["crypto", "fs", "os", "path", "sqlite", "stream"],
    },
  ],
  [
    {
      folder: "lib/report",
      why: "makes a page out of what was read, and reads and writes no file itself",
      may: ["lib/detect", "lib/sql", "lib/seal", "lib/archive", ...PORTS, "lib/time.ts"],
      packages: ["@observablehq/plot", "linkedom"],
      builtins: ["crypto"],
    },
  ],
  [
    {
      folder: "lib/columns",
      why: "compares the columns of sealed days with what was sealed, wherever they are kept",
      may: ["lib/archive", "lib/sql", ...PORTS, "lib/seal/manifest.ts"],
      packages: ["zod"],
      builtins: ["crypto"],
    },
    {
      folder: "lib/security-lake",
      why: "writes sealed days and their alerts as events, through ports",
      may: [
        "lib/ocsf",
        "lib/archive",
        ...PORTS,
        "lib/in-parallel.ts",
        "lib/time.ts",
        "lib/detect/alert.ts",
        "lib/seal/manifest.ts",
      ],
      builtins: ["crypto"],
    },
    {
      folder: "lib/ocsf",
      why: "says what entries are in another schema: it reads lines, wherever they come from",
      may: [
        "lib/detect",
        "lib/detect/context",
        "lib/archive",
        "lib/ports.ts",
        "lib/slack",
        "lib/time.ts",
      ],
      packages: ["hyparquet-writer"],
      // Whether a text is an address; zstd, for Parquet.
      builtins: ["buffer", "net", "zlib"],
    },
    {
      folder: "lib/backfill",
      why: "archives older entries through ports, with the engine of the live runs, and leaves out what is sealed",
      may: ["lib/ingest", "lib/run", "lib/archive", "lib/ports.ts", "lib/slack", "lib/time.ts"],
    },
    {
      folder: "lib/import",
      why: "archives entries from files through ports",
      may: ["lib/run", "lib/archive", "lib/ports.ts", "lib/slack", "lib/time.ts"],
      builtins: ["crypto"],
    },
  ],
  [
    {
      folder: "lib/seal",
      why: "lists days again and seals them through ports",
      may: [
        "lib/ingest",
        "lib/run",
        "lib/archive",
        "lib/ports.ts",
        "lib/slack",
        "lib/in-parallel.ts",
        "lib/time.ts",
      ],
      packages: ["zod"],
      builtins: ["crypto"],
    },
  ],
  [
    {
      folder: "lib/stack",
      why: "is the contract between stack, functions and command line: names and shapes only",
      may: [
        "lib/archive",
        "lib/time.ts",
        "lib/ocsf/classes.ts",
        // The settings of targets and routes are part of the environment of the function that notifies.
        "lib/notify/target-settings.ts",
      ],
      packages: ["zod"],
    },
  ],
  [
    {
      folder: "lib/notify",
      why: "sends alerts to what people use, over HTTP and through the ports of detection, so that the stack and one machine send alike",
      may: [
        "lib/detect",
        "lib/archive",
        "lib/ports.ts",
        "lib/slack",
        "lib/fields.ts",
        "lib/time.ts",
      ],
      packages: ["zod"],
      builtins: ["crypto"],
    },
  ],
  [
    {
      folder: "lib/ingest",
      why: "reaches stores only through ports, so that one engine runs on AWS, on a disk and in the simulation",
      may: ["lib/run", "lib/archive", "lib/ports.ts", "lib/slack", "lib/time.ts"],
    },
    {
      folder: "lib/detect",
      why: "reads entries and speaks through its own ports, so that a rule says the same on live events, over an archive and in a test",
      may: [
        "lib/detect/context",
        "lib/archive",
        "lib/ports.ts",
        "lib/slack",
        "lib/time.ts",
        "lib/in-parallel.ts",
        "lib/fields.ts",
      ],
      packages: ["ipaddr.js", "zod"],
      builtins: ["crypto"],
    },
    {
      folder: "lib/detect/context",
      why: "reads what it is given of files, and opens none",
      may: ["lib/detect", "lib/slack"],
      packages: ["@ip-location-db/*", "csv-parse", "mmdb-lib", "zod"],
      builtins: ["module"],
    },
  ],
  [
    {
      folder: "lib/run",
      why: "is what all writers share, and knows none of them",
      may: ["lib/archive", "lib/ports.ts", "lib/slack", "lib/time.ts"],
      builtins: ["v8"],
    },
    {
      folder: "lib/sql",
      why: "is text for Glue, Athena and DuckDB: it runs nothing and knows only the archive's names, and what actions are in OCSF",
      may: ["lib/archive", "lib/ocsf/classes.ts", "lib/ocsf/columns.ts", "lib/ocsf/heads.ts"],
      // Of the network only how an address is written.
      builtins: ["fs", "net"],
    },
  ],
  [
    {
      folder: "lib/archive",
      why: "says what is stored and where; adapters and writers depend on it, not it on them",
      may: [...PORTS, "lib/time.ts"],
      builtins: ["crypto", "events", "util", "zlib"],
    },
  ],
  [
    {
      folder: "lib/ports.ts",
      why: "is what the engine needs from outside, whoever implements it",
      may: ["lib/slack", "lib/time.ts"],
    },
  ],
  [
    {
      folder: "lib/slack",
      why: "is a client that is published by itself: it knows nothing of the rest of the product",
      may: [],
      packages: ["undici"],
      builtins: ["buffer", "os", "process", "stream", "tls", "util", "zlib"],
    },
    {
      folder: "lib/fields.ts",
      why: "says what is wrong with a value that a user configures, whatever it is for",
      may: [],
      packages: ["zod"],
    },
    {
      folder: "lib/in-parallel.ts",
      why: "bounds how much is done at a time, whatever it is",
      may: [],
    },
    {
      folder: "lib/time.ts",
      why: "is arithmetic",
      may: [],
    },
  ],
];

/** These compute what they import; each says why nobody can know it beforehand. */
export const COMPUTED_IMPORTS: Record<string, string> = {
  ".ci/template/lambda-runtime.mjs": "the code of a deployed function",
  "cli/run/own-rules.ts": "the user's own rules",
  "functions/bundle/node-builtins.ts": "any module of Node's, for the names of what it exports",
  "functions/detect/files-beside-code.ts": "the user's own rules, beside its code",
  "infra/app.ts": "the user's configuration file",
  "infra/config/own-rules.ts": "the user's own rules",
  "packages/slack-audit-logs.ts": "the bundle that it has built",
  "test/fixtures/archive-0.1.0/make.mjs": "a checkout of version 0.1.0",
  "test/fixtures/template-0.1.0.make.mjs": "a checkout of version 0.1.0",
  "test/functions/ingest/invoke.mjs": "a bundle that the test has built",
  "test/simulation/engine.ts": "the engine of a mutant",
};
