import type { Statement } from "./policy.ts";

export const REGION = "eu-central-1";
export const ACCOUNT = "111122223333";

interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are as deep as CloudFormation
  Properties: any;
}

const PSEUDO: Record<string, string> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::StackName": "SlackAuditLake",
  "AWS::URLSuffix": "amazonaws.com",
};

interface Names {
  /** What `Ref` gives. */
  ref: string;
  arn: string;
}

const named = (arn: string) => ({ ref: arn, arn });

/** Of a resource by its name. */
const NAMES: Record<string, (name: string) => Names> = {
  "AWS::DynamoDB::Table": (name) => ({ ref: name, arn: arnOf("dynamodb", `table/${name}`) }),
  "AWS::IAM::Role": (name) => ({ ref: name, arn: `arn:aws:iam::${ACCOUNT}:role/${name}` }),
  "AWS::KMS::Key": (name) => ({ ref: name, arn: arnOf("kms", `key/${name}`) }),
  "AWS::Lambda::Function": (name) => ({ ref: name, arn: arnOf("lambda", `function:${name}`) }),
  "AWS::Logs::LogGroup": (name) => ({ ref: name, arn: arnOf("logs", `log-group:${name}:*`) }),
  "AWS::S3::Bucket": (name) => ({
    ref: name.toLowerCase(),
    arn: `arn:aws:s3:::${name.toLowerCase()}`,
  }),
  "AWS::SNS::Topic": (name) => named(arnOf("sns", name)),
  "AWS::SQS::Queue": (name) => ({
    ref: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
    arn: arnOf("sqs", name),
  }),
  "AWS::Scheduler::ScheduleGroup": (name) => ({
    ref: name,
    arn: arnOf("scheduler", `schedule-group/${name}`),
  }),
  "AWS::SecretsManager::Secret": (name) => named(arnOf("secretsmanager", `secret:${name}-AbCdEf`)),
  "AWS::StepFunctions::StateMachine": (name) => named(arnOf("states", `stateMachine:${name}`)),
};

export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** A template with every reference resolved, as if it were deployed. */
export class Deployment {
  readonly #resources: Record<string, Resource>;
  readonly #physicalIds: Readonly<Record<string, string>>;
  readonly #resolved = new Map<string, [string, Resource["Properties"]][]>();

  /**
   * @param template - as `Template.toJSON()` gives it
   * @param physicalIds - names or ARNs of resources by their logical ids, where they are not those
   */
  constructor(
    template: Record<string, unknown>,
    physicalIds: Readonly<Record<string, string>> = {},
  ) {
    this.#resources = template.Resources as Record<string, Resource>;
    this.#physicalIds = physicalIds;
  }

  /** Logical ids and resolved properties of all resources of a type. */
  all(type: string): [id: string, properties: Resource["Properties"]][] {
    const known = this.#resolved.get(type);
    if (known !== undefined) return known;
    const resolved = Object.entries(this.#resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => [id, this.resolve(Properties)] as [string, unknown]);
    this.#resolved.set(type, resolved);
    return resolved;
  }

  /** Logical id and resolved properties of the one resource of a type whose id begins like this. */
  one(type: string, idPrefix: string): [id: string, properties: Resource["Properties"]] {
    const found = this.all(type).filter(([id]) => id.startsWith(idPrefix));
    const [only] = found;
    if (only === undefined || found.length > 1) {
      throw new Error(`${found.length} resources ${type} begin with ${idPrefix}, not one`);
    }
    return only;
  }

  named(id: string): Names {
    const type = this.#resources[id]?.Type ?? "nothing";
    const toNames = NAMES[type];
    if (toNames === undefined) throw new Error(`no name is known for ${id}, ${type}`);
    const name = this.#physicalIds[id] ?? id;
    // A queue's is its address.
    return name.startsWith("arn:") ? named(name) : toNames(name.replace(/^https:.*\//, ""));
  }

  /** Logical id and resolved properties of the resource of a type that `Ref` gives as this. */
  byRef(type: string, ref: string): [id: string, properties: Resource["Properties"]] | undefined {
    return this.all(type).find(([id]) => this.named(id).ref === ref);
  }

  /** @param roleArn - of a role in the template */
  statementsOf(roleArn: string): Statement[] {
    const role = roleArn.split("/").at(-1) ?? "";
    const [, properties] = this.byRef("AWS::IAM::Role", role) ?? [];
    if (properties === undefined) throw new Error(`there is no role ${role}`);
    if (properties.ManagedPolicyArns !== undefined) {
      throw new Error(`${role} has policies that the template does not show`);
    }
    const inline = (properties.Policies ?? []) as { PolicyDocument: object }[];
    const attached = this.all("AWS::IAM::Policy")
      .map(([, policy]) => policy)
      .filter(({ Roles }) => Roles.includes(role));
    return [...inline, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  }

  resolve(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.resolve(item));
    if (typeof node !== "object" || node === null) return node;
    const entries = Object.entries(node);
    const [[name, value] = ["", undefined]] = entries;
    if (entries.length > 1 || !(name === "Ref" || name.startsWith("Fn::"))) {
      return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item)]));
    }
    return this.#call(name, value);
  }

  #call(name: string, value: unknown): unknown {
    switch (name) {
      case "Ref":
        return PSEUDO[value as string] ?? this.named(value as string).ref;
      case "Fn::GetAtt": {
        const [id, attribute] = value as [string, string];
        return attribute === "Arn" ? this.named(id).arn : `${id}.${attribute}`;
      }
      case "Fn::Join": {
        const [separator, parts] = value as [string, unknown[]];
        return parts.map((part) => this.resolve(part)).join(separator);
      }
      case "Fn::Split": {
        const [separator, text] = value as [string, unknown];
        return String(this.resolve(text)).split(separator);
      }
      case "Fn::Select": {
        const [index, list] = value as [number, unknown];
        return (this.resolve(list) as unknown[])[index];
      }
      case "Fn::Sub":
        return String(value).replace(/\$\{([^}]+)\}/g, (_, ref) => String(this.#call("Ref", ref)));
      default:
        throw new Error(`nothing is known of ${name}`);
    }
  }
}
