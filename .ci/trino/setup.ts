import { spawn } from "node:child_process";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import {
  freePort,
  MOTO_CREDENTIALS,
  MOTO_REGION,
  type Server,
  startMoto,
  stop,
  untilTrue,
} from "../moto/moto.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Endpoints. */
    moto: string;
    trino: string;
  }
}

/** As `.ci/trino/run` has put it there. */
const PARTS = resolve(".venv/trino");

/** Any; Trino's own wants one. */
const VERSION = "ci";

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const moto = await startMoto();
  const trino = await startTrino(moto.endpoint).catch(async (error) => {
    await moto.stop();
    throw error;
  });
  provide("moto", moto.endpoint);
  provide("trino", trino.endpoint);
  return async () => {
    await trino.stop();
    await moto.stop();
  };
}

/** One process, its tables in moto's Glue, their objects in moto's S3: what Athena is to its users. */
async function startTrino(moto: string): Promise<Server> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const directory = await mkdtemp(join(tmpdir(), "trino-"));
  await mkdir(join(directory, "etc/catalog"), { recursive: true });
  for (const [name, properties] of Object.entries(configuration(endpoint, moto))) {
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(directory, "etc", `${name}.properties`), lines.join(""));
  }
  const log = await open(join(directory, "log"), "w");
  const child = spawn(
    join(process.env.TRINO_JDK ?? "", "bin/java"),
    [
      "-Xmx4G",
      "--add-modules=jdk.incubator.vector",
      "--sun-misc-unsafe-memory-access=allow",
      "--enable-native-access=ALL-UNNAMED",
      "-Dconfig=etc/config.properties",
      `--class-path=${PARTS}/server/*`,
      resolve(".ci/trino/Launch.java"),
      VERSION,
    ],
    { cwd: directory, stdio: ["ignore", log.fd, log.fd] },
  );
  const end = async () => {
    await stop(child);
    await log.close();
    await rm(directory, { recursive: true });
  };
  try {
    await untilTrue(child, async () => {
      const info = await fetch(`${endpoint}/v1/info`);
      return info.ok && ((await info.json()) as { starting: boolean }).starting === false;
    });
  } catch (error) {
    await stop(child);
    throw new Error(`Trino: see ${directory}/log`, { cause: error });
  }
  return { endpoint, stop: end };
}

function configuration(endpoint: string, moto: string): Record<string, Record<string, string>> {
  const { accessKeyId, secretAccessKey } = MOTO_CREDENTIALS;
  const storage = {
    "hive.metastore.glue.region": MOTO_REGION,
    "hive.metastore.glue.endpoint-url": moto,
    "hive.metastore.glue.aws-access-key": accessKeyId,
    "hive.metastore.glue.aws-secret-key": secretAccessKey,
    "fs.native-s3.enabled": "true",
    "s3.region": MOTO_REGION,
    "s3.endpoint": moto,
    "s3.aws-access-key": accessKeyId,
    "s3.aws-secret-key": secretAccessKey,
    "s3.path-style-access": "true",
  };
  return {
    config: {
      "node.environment": "ci",
      "node.id": "ci",
      "node.internal-address": "127.0.0.1",
      coordinator: "true",
      "node-scheduler.include-coordinator": "true",
      "http-server.http.port": new URL(endpoint).port,
      "discovery.uri": endpoint,
      "plugin.dir": join(PARTS, "plugin"),
    },
    // Athena's name for its catalog, in which both kinds of tables stand.
    "catalog/awsdatacatalog": {
      "connector.name": "hive",
      "hive.metastore": "glue",
      "hive.iceberg-catalog-name": "iceberg",
      ...storage,
    },
    "catalog/iceberg": {
      "connector.name": "iceberg",
      "iceberg.catalog.type": "glue",
      ...storage,
    },
  };
}
