import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Duration, FileSystem, type RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { allow, allowKey, type Grant } from "./grant.ts";

export interface NodeFunctionProps {
  /** The folder below `functions/` whose `handler.ts` it runs. */
  folder: string;
  description: string;
  environment: Record<string, string>;
  /** Files beside its code: text or bytes, by path. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  memoryMb: number;
  timeout: Duration;
  /** How often Lambda tries again after a failure. @default 0: what starts it comes again by itself */
  retryAttempts?: number;
  logRetentionDays: number;
  removalPolicy: RemovalPolicy;
}

/** What `npm run build` writes, in a clone and in the package alike. */
const BUNDLES = new URL("../../dist/functions/", import.meta.url);

/** A function of this project, bundled beforehand, and a role that may only write its log. */
export class NodeFunction extends LambdaFunction {
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: props.logRetentionDays as RetentionDays,
      removalPolicy: props.removalPolicy,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: props.description,
    });
    logGroup.grantWrite(role); // AWS's managed policy would allow every log group
    super(scope, id, {
      description: props.description,
      code: Code.fromAsset(withFiles(bundleOf(props.folder), props.files ?? {})),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      environment: {
        NODE_OPTIONS: "--enable-source-maps",
        ...props.environment,
      },
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      retryAttempts: props.retryAttempts ?? 0,
    });
    this.#role = role;
  }

  /** Let it do one more thing. */
  allow(grant: Grant): void {
    allow(this.#role, grant);
  }

  /** Let it use a key through one service only; nothing happens where there is no key. */
  allowKey(service: string, key: IKey | undefined, actions: string[]): void {
    allowKey(this.#role, service, key, actions);
  }
}

/** @returns a folder with the same content, and these files */
function withFiles(bundle: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  if (Object.keys(files).length === 0) return bundle;
  const folder = FileSystem.mkdtemp("audit-lake-function-");
  cpSync(bundle, folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

/** @returns the folder to deploy */
function bundleOf(folder: string): string {
  const path = fileURLToPath(new URL(folder, BUNDLES));
  if (!existsSync(path)) {
    throw new Error(`${path}: the function "${folder}" is not built; run "npm run build" first`);
  }
  return path;
}
