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

/** Names and ARNs of resources as CloudFormation would make them: what `Ref` gives, and what `Arn` is. */
const NAMES: Record<string, (id: string) => { ref: string; arn: string }> = {
  "AWS::DynamoDB::Table": (id) => ({ ref: id, arn: arnOf("dynamodb", `table/${id}`) }),
  "AWS::IAM::Role": (id) => ({ ref: id, arn: `arn:aws:iam::${ACCOUNT}:role/${id}` }),
  "AWS::KMS::Key": (id) => ({ ref: id, arn: arnOf("kms", `key/${id}`) }),
  "AWS::Lambda::Function": (id) => ({ ref: id, arn: arnOf("lambda", `function:${id}`) }),
  "AWS::Logs::LogGroup": (id) => ({ ref: id, arn: arnOf("logs", `log-group:${id}:*`) }),
  "AWS::S3::Bucket": (id) => ({ ref: id.toLowerCase(), arn: `arn:aws:s3:::${id.toLowerCase()}` }),
  "AWS::SNS::Topic": (id) => ({ ref: arnOf("sns", id), arn: arnOf("sns", id) }),
  "AWS::SQS::Queue": (id) => ({
    ref: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${id}`,
    arn: arnOf("sqs", id),
  }),
  "AWS::Scheduler::ScheduleGroup": (id) => ({
    ref: id,
    arn: arnOf("scheduler", `schedule-group/${id}`),
  }),
  "AWS::SecretsManager::Secret": (id) => {
    const arn = arnOf("secretsmanager", `secret:${id}-AbCdEf`);
    return { ref: arn, arn };
  },
  "AWS::StepFunctions::StateMachine": (id) => {
    const arn = arnOf("states", `stateMachine:${id}`);
    return { ref: arn, arn };
  },
};

export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** A template with every reference resolved, as if it were deployed. */
export class Deployment {
  readonly #resources: Record<string, Resource>;
  readonly #resolved = new Map<string, [string, Resource["Properties"]][]>();

  /** @param template - as `Template.toJSON()` gives it */
  constructor(template: Record<string, unknown>) {
    this.#resources = template.Resources as Record<string, Resource>;
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

  /** What `Ref` gives, and the ARN. */
  named(id: string): { ref: string; arn: string } {
    const type = this.#resources[id]?.Type ?? "nothing";
    const name = NAMES[type];
    if (name === undefined) throw new Error(`no name is known for ${id}, ${type}`);
    return name(id);
  }

  /** @param roleArn - of a role in the template */
  statementsOf(roleArn: string): Statement[] {
    const [role, properties] = this.one("AWS::IAM::Role", roleArn.split("/").at(-1) ?? "");
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
