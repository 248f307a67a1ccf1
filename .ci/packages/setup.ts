import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import root from "../../package.json" with { type: "json" };

declare module "vitest" {
  interface ProvidedContext {
    /** Everything below it is deleted at the end; every user can read it. */
    workspace: string;
    /** By package name: path of the tarball. */
    tarballs: Record<string, string>;
    /** Paths of `node`, by version: the oldest that the package allows, and the newest. */
    nodes: Record<string, string>;
    /** Node 20, on which the client runs and the command does not. */
    node20: string;
  }
}

/** Versions of the npm packages that hold a `node`. */
const NEWEST = "24.21.0";
const OLDEST = `${root.engines.node.slice(">=".length)}.0`;
const NODE_20 = "20.20.2";

export default function setup({ provide }: TestProject): () => Promise<void> {
  const workspace = mkdtempSync(join(tmpdir(), "packages-"));
  chmodSync(workspace, 0o755);
  const directory = join(workspace, "tarballs");
  execFileSync("npm", ["run", "--silent", "pack", "--", directory], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "inherit",
  });
  provide("workspace", workspace);
  provide(
    "tarballs",
    Object.fromEntries(
      readdirSync(directory).map((file) => [
        file.slice(0, -`-${root.version}.tgz`.length),
        join(directory, file),
      ]),
    ),
  );
  provide(
    "nodes",
    Object.fromEntries([OLDEST, NEWEST].map((version) => [version, installNode(version)])),
  );
  provide("node20", installNode(NODE_20));
  return () => rm(workspace, { recursive: true });

  function installNode(version: string): string {
    const folder = join(workspace, `node-${version}`);
    mkdirSync(folder);
    const name = `node-linux-${process.arch}`;
    execFileSync("npm", ["install", "--prefix", folder, `${name}@${version}`], {
      cwd: folder,
      stdio: "inherit",
    });
    return join(folder, "node_modules", name, "bin/node");
  }
}
