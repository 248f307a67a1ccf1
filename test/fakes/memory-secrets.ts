import { randomUUID } from "node:crypto";

interface Version {
  id: string;
  text: string;
  stages: Set<string>;
}

interface SecretCall {
  SecretId: string;
  SecretString?: string;
  VersionStage?: string;
  VersionStages?: string[];
  ClientRequestToken?: string;
  MoveToVersionId?: string;
  RemoveFromVersionId?: string;
}

/** What Secrets Manager refuses with. */
export class SecretRefusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * Versions of secrets, as Secrets Manager keeps them: a version's id is taken once, a label is on
 * one version, and AWSCURRENT moves only from the version that the caller names.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export class MemorySecrets {
  /** The current texts by secret; what a test writes here is a new version. */
  readonly secrets = new Map<string, string>();
  readonly #versions = new Map<string, Version[]>();

  /** @throws {SecretRefusal} */
  answer(operation: string, input: SecretCall): object {
    switch (operation) {
      case "GetSecretValue":
        return this.#get(input);
      case "PutSecretValue":
        return this.#put(input);
      case "UpdateSecretVersionStage":
        return this.#move(input);
      default:
        throw new Error(`nothing is known of ${operation}`);
    }
  }

  /** How many versions were ever made. */
  count(id: string): number {
    return this.#of(id).length;
  }

  #of(id: string): Version[] {
    const versions = this.#versions.get(id) ?? [];
    this.#versions.set(id, versions);
    const text = this.secrets.get(id);
    if (text !== undefined && find(versions, "AWSCURRENT")?.text !== text) {
      const version = { id: randomUUID(), text, stages: new Set<string>() };
      versions.push(version);
      this.#makeCurrent(id, versions, version);
    }
    return versions;
  }

  #get({ SecretId, VersionStage = "AWSCURRENT" }: SecretCall): object {
    const version = find(this.#of(SecretId), VersionStage);
    if (version === undefined) {
      throw new SecretRefusal("ResourceNotFoundException", `no version has ${VersionStage}`);
    }
    return { Name: SecretId, VersionId: version.id, SecretString: version.text };
  }

  #put(input: SecretCall): object {
    const { SecretId, SecretString = "", VersionStages = ["AWSCURRENT"] } = input;
    const versions = this.#of(SecretId);
    const id = input.ClientRequestToken ?? randomUUID();
    const same = versions.find((version) => version.id === id);
    if (same !== undefined && same.text !== SecretString) {
      throw new SecretRefusal("ResourceExistsException", `there is a version ${id} already`);
    }
    if (same !== undefined) return { VersionId: id };
    const version = { id, text: SecretString, stages: new Set<string>() };
    versions.push(version);
    for (const stage of VersionStages) {
      if (stage === "AWSCURRENT") this.#makeCurrent(SecretId, versions, version);
      else moveTo(versions, version, stage);
    }
    return { VersionId: id };
  }

  #move({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }: SecretCall): object {
    const versions = this.#of(SecretId);
    const version = versions.find(({ id }) => id === MoveToVersionId);
    const from = find(versions, VersionStage ?? "");
    if (version === undefined || VersionStage !== "AWSCURRENT") {
      throw new Error("nothing is known of other moves");
    }
    if (from !== undefined && from.id !== RemoveFromVersionId) {
      throw new SecretRefusal("InvalidParameterException", "the label is on another version");
    }
    this.#makeCurrent(SecretId, versions, version);
    return {};
  }

  #makeCurrent(secretId: string, versions: Version[], version: Version): void {
    const before = find(versions, "AWSCURRENT");
    if (before !== undefined) moveTo(versions, before, "AWSPREVIOUS");
    moveTo(versions, version, "AWSCURRENT");
    this.secrets.set(secretId, version.text);
  }
}

function find(versions: Version[], stage: string): Version | undefined {
  return versions.find(({ stages }) => stages.has(stage));
}

function moveTo(versions: Version[], version: Version, stage: string): void {
  for (const { stages } of versions) stages.delete(stage);
  version.stages.add(stage);
}
