import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import undiciManifest from "undici/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { packSlackAuditLogs } from "../../packages/slack-audit-logs.ts";
import { cutByLength, page, refusal, scriptedServer } from "../slack/scripted-server.ts";

const run = promisify(execFile);

const NODE_MODULES = join(import.meta.dirname, "../../node_modules");

/** Without the Node that npm scripts put before the machine's own. */
const PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((directory) => !directory.includes("node_modules"))
  .join(delimiter);

const BODY = `
  const client = new AuditLogsClient({ baseUrl: process.argv[2], token: "xoxp-1-2-3-secret" });
  const ids = [];
  for await (const page of client.pages({ action: "user_login", limit: 1 })) {
    for (const entry of page.entries) ids.push(entry.id);
    page.release();
  }
  const error = await client.logs().catch((error) => error);
  console.log(JSON.stringify({
    node: process.versions.node,
    ids,
    refusal: error instanceof SlackApiError && error.apiCode,
  }));
`;

const PROGRAMS = {
  "import.mjs": `import { AuditLogsClient, SlackApiError } from "slack-audit-logs";\n${BODY}`,
  "require.cjs": `const { AuditLogsClient, SlackApiError } = require("slack-audit-logs");
    (async () => {${BODY}})();`,
  "both.mjs": `import { createRequire } from "node:module";
    import { SlackApiError } from "slack-audit-logs";
    const { AuditLogsClient } = createRequire(import.meta.url)("slack-audit-logs");
    ${BODY}`,
};

const CONSUMER = `
  const client = new AuditLogsClient({ token: "xoxp-1", retryHandlers: allBuiltinRetryHandlers() });
  export async function logins(): Promise<string[]> {
    const { typedBody, rawText } = await client.logs({ action: ["user_login", "brand_new"] });
    const users: string[] = decodeList(typedBody.entries[0]?.details?.succeeded_users);
    const privacy = typedBody.entries[0]?.entity.channel?.privacy === "MPDM";
    return [...users, rawText, String(privacy)];
  }
  // @ts-expect-error: a limit is a number
  client.logs({ limit: "1" });
  export const code = (error: unknown) => error instanceof SlackApiError && error.apiCode;
`;

let directory: string;
let tarball: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "client-consumer-"));
  tarball = await packSlackAuditLogs(directory, manifest.version);
  // From the copy that is here, so that the test needs no registry.
  const pack = ["pack", "--json", "--ignore-scripts", join(NODE_MODULES, "undici")];
  const { stdout } = await run("npm", pack, { cwd: directory });
  const [{ filename: undici }] = JSON.parse(stdout);
  writeFileSync(join(directory, "package.json"), "{}");
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball, undici], {
    cwd: directory,
  });
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(directory, name), text);
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe("the package slack-audit-logs", () => {
  it("is small, has one dependency, and the version that it was given", () => {
    expect(statSync(tarball).size).toBeLessThan(60_000);
    const path = join(directory, "node_modules/slack-audit-logs");
    const packed = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    expect(packed).toMatchObject({ version: manifest.version, type: "module" });
    expect(Object.keys(packed.dependencies)).toEqual(["undici"]);
    // undici 8 needs Node 22: the newest version is not the right one here.
    expect(undiciManifest.engines.node).toBe(packed.engines.node);
    expect(packed.dependencies.undici).toBe(`^${manifest.dependencies.undici}`);
    for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) {
      expect(statSync(join(path, file)).size).toBeGreaterThan(0);
    }
  });

  const nodes = { "this Node": process.execPath, "the machine's Node": "node" };
  it.each(
    Object.entries(nodes).flatMap(([name, node]) =>
      Object.keys(PROGRAMS).map((program) => [program, name, node] as const),
    ),
  )("runs in %s on %s", async (program, _, node) => {
    await using server = await scriptedServer(
      cutByLength,
      page(["b"], "next"),
      page(["a"]),
      refusal("token_revoked", 200),
    );
    const { stdout } = await run(node, [join(directory, program), server.baseUrl], {
      env: { ...process.env, PATH, HTTP_PROXY: undefined, HTTPS_PROXY: undefined },
    });
    expect(JSON.parse(stdout)).toMatchObject({ ids: ["b", "a"], refusal: "token_revoked" });
    expect(server.received[0]?.query.get("action")).toBe("user_login");
    expect(server.received[0]?.headers["user-agent"]).toContain(`/${manifest.version} `);
  });

  it("has types for both kinds of modules, and for the examples of its README", async () => {
    mkdirSync(join(directory, "node_modules/@types"), { recursive: true });
    symlinkSync(join(NODE_MODULES, "@types/node-20"), join(directory, "node_modules/@types/node"));
    const names = "AuditLogsClient, allBuiltinRetryHandlers, decodeList, SlackApiError";
    const imported = `import { ${names} } from "slack-audit-logs";\n${CONSUMER}`;
    writeFileSync(join(directory, "consumer.mts"), imported);
    writeFileSync(join(directory, "consumer.cts"), imported);
    const readme = readFileSync(join(directory, "node_modules/slack-audit-logs/README.md"), "utf8");
    const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = ""], i) => {
      writeFileSync(join(directory, `readme-${i}.mts`), text);
      return `readme-${i}.mts`;
    });
    expect(examples.length).toBeGreaterThan(5);
    const compilerOptions = { module: "node16", target: "es2022", strict: true, noEmit: true };
    writeFileSync(
      join(directory, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["consumer.mts", "consumer.cts", ...examples] }),
    );
    const compiler = join(NODE_MODULES, "typescript/bin/tsc");
    const outcome = await run(process.execPath, [compiler, "--project", directory]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
    expect(outcome).toBe("");
  });
});
