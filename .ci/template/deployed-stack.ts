import { createHash } from "node:crypto";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { EntrySource } from "../../fake-slack/entries.ts";
import { type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { KmsManifestSigner } from "../../lib/aws/kms-manifest-signer.ts";
import { S3ArchiveStore } from "../../lib/aws/s3-archive-store.ts";
import { LocalAthena } from "../../test/fakes/local-account/athena.ts";
import { ADMINISTRATOR } from "../../test/fakes/local-account/authorization.ts";
import { type Deployment, REGION } from "../../test/fakes/local-account/deployment.ts";
import { clientOptions } from "./aws-api.ts";
import { DuckDbAthena } from "./duckdb-athena.ts";
import { Functions } from "./functions.ts";
import { Gateway } from "./gateway.ts";
import { deployToMoto, type MotoDeployment } from "./moto-deployment.ts";
import { StateMachines } from "./state-machines.ts";

export const TOKEN = "xoxp-fake-deployed-token";

/** The stack in moto, what runs in it, and a Slack for each of its sources. */
export class DeployedStack {
  readonly gateway: Gateway;
  readonly moto: MotoDeployment;
  readonly slacks: ReadonlyMap<string, FakeSlack>;
  readonly archive: S3ArchiveStore;
  /** In the bucket of events. */
  readonly events: S3ArchiveStore;
  /** In the bucket of Athena's results and reports. */
  readonly results: S3ArchiveStore;
  readonly athena: DuckDbAthena;
  readonly functions: Functions;
  readonly machines: StateMachines;

  private constructor(
    gateway: Gateway,
    moto: MotoDeployment,
    slacks: ReadonlyMap<string, FakeSlack>,
    machines: StateMachines,
    athena: DuckDbAthena,
    assembly: string,
  ) {
    this.gateway = gateway;
    this.moto = moto;
    this.slacks = slacks;
    this.machines = machines;
    this.athena = athena;
    this.archive = storeOf(moto, nameOf(moto.deployment, "AWS::S3::Bucket", "ArchiveBucket"));
    this.results = storeOf(moto, nameOf(moto.deployment, "AWS::S3::Bucket", "ArchiveResults"));
    this.events = storeOf(moto, nameOf(moto.deployment, "AWS::S3::Bucket", "OcsfBucket"));
    this.functions = new Functions(
      moto.deployment,
      assembly,
      gateway.endpoint,
      (source) => this.slackOf(source).baseUrl,
    );
  }

  /**
   * @param assemblies - all are deployed; the jobs run in the last
   * @param sources - what each lists, by its name
   */
  static async start(
    assemblies: readonly string[],
    stackName: string,
    sources: ReadonlyMap<string, EntrySource>,
  ): Promise<DeployedStack> {
    const gateway = await Gateway.start();
    const moto = await deployToMoto(assemblies, stackName, gateway.endpoint);
    const slacks = new Map<string, FakeSlack>();
    for (const [source, organization] of sources) {
      slacks.set(source, await startFakeSlack({ token: TOKEN, organization }));
    }
    const bucket = nameOf(moto.deployment, "AWS::S3::Bucket", "ArchiveBucket");
    const stack = new DeployedStack(
      gateway,
      moto,
      slacks,
      await StateMachines.start(moto.deployment, clientOptions(moto.endpoint)),
      await DuckDbAthena.start(storeOf(moto, bucket)),
      assemblies.at(-1) ?? "",
    );
    gateway.connect({
      deployment: moto.deployment,
      functions: stack.functions,
      athena: new LocalAthena(moto.deployment, stack.athena, (name) => keysOf(storeOf(moto, name))),
      endpoint: moto.endpoint,
      findObject: (sha256) => stack.#findManifest(sha256),
    });
    return stack;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.slacks.values()].map((slack) => slack.close()));
    await this.moto.stop();
    await this.gateway.stop();
    await this.athena.stop();
  }

  get deployment(): Deployment {
    return this.moto.deployment;
  }

  get archiveBucket(): string {
    return nameOf(this.deployment, "AWS::S3::Bucket", "ArchiveBucket");
  }

  slackOf(source: string): FakeSlack {
    const slack = this.slacks.get(source);
    if (slack === undefined) throw new Error(`there is no source ${source}`);
    return slack;
  }

  /** With these, the command line comes to the gateway, as one who may do everything. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.gateway.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ADMINISTRATOR,
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  /**
   * What a schedule gives to what it starts.
   *
   * @param idPrefix - of its logical id
   */
  inputOf(idPrefix: string): object {
    const [, { Target }] = this.deployment.one("AWS::Scheduler::Schedule", idPrefix);
    return JSON.parse(Target.Input);
  }

  /** Put the token into the secret of each source. */
  async setTokens(): Promise<void> {
    const client = new SecretsManagerClient(clientOptions(this.moto.endpoint));
    for (const [id] of this.deployment.all("AWS::SecretsManager::Secret")) {
      await client.send(
        new PutSecretValueCommand({
          SecretId: this.deployment.named(id).ref,
          SecretString: JSON.stringify({ token: TOKEN }),
        }),
      );
    }
  }

  /** Keys of all objects of all buckets. */
  async keys(): Promise<string[]> {
    const buckets = this.deployment.all("AWS::S3::Bucket");
    const lists = buckets.map(([id]) => keysOf(storeOf(this.moto, this.deployment.named(id).ref)));
    return (await Promise.all(lists)).flat();
  }

  /**
   * @param prefix - of keys
   * @returns lines of the objects there, in the order of their text
   */
  async lines(prefix: string): Promise<string[]> {
    const lines: string[] = [];
    for await (const { key } of this.archive.list(prefix)) {
      for (const line of await decodeLines(key, await this.archive.get(key))) {
        lines.push(Buffer.from(line).toString());
      }
    }
    return lines.toSorted();
  }

  /** In PEM: of the key that signs manifests. */
  async publicKey(): Promise<string> {
    const key = nameOf(this.deployment, "AWS::KMS::Key", "ClosingSigningKey");
    return new KmsManifestSigner(new KMSClient(clientOptions(this.moto.endpoint)), key).publicKey();
  }

  async #findManifest(sha256: string): Promise<Buffer> {
    for await (const { key } of this.archive.list(PREFIXES.manifests)) {
      const body = await this.archive.get(key);
      if (createHash("sha256").update(body).digest("hex") === sha256) return Buffer.from(body);
    }
    throw new Error(`no manifest has the digest ${sha256}`);
  }
}

function nameOf(deployment: Deployment, type: string, idPrefix: string): string {
  return deployment.named(deployment.one(type, idPrefix)[0]).ref;
}

function storeOf({ endpoint }: MotoDeployment, bucket: string): S3ArchiveStore {
  return new S3ArchiveStore(
    new S3Client({ ...clientOptions(endpoint), forcePathStyle: true }),
    bucket,
  );
}

async function keysOf(store: S3ArchiveStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}
