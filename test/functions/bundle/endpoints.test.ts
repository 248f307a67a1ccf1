import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import {
  type DecisionDiagram,
  reducedEndpoints,
  SDK_ENDPOINTS,
} from "../../../functions/bundle/endpoints.ts";

const manifest = createRequire(import.meta.url).resolve("@aws-sdk/client-s3/package.json");
/** What the SDK itself depends on. */
const ofSdk = createRequire(manifest);
const { BinaryDecisionDiagram, customEndpointFunctions, decideEndpoint } =
  ofSdk("@smithy/core/endpoints");
customEndpointFunctions.aws = ofSdk("@aws-sdk/core/client").awsEndpointFunctions;

/** @returns the endpoint, or the message of what is thrown */
function decide({ nodes, root, conditions, results }: DecisionDiagram, endpointParams: object) {
  const diagram = BinaryDecisionDiagram.from(Int32Array.from(nodes), root, conditions, results);
  try {
    return decideEndpoint(diagram, { endpointParams });
  } catch (error) {
    return (error as Error).message;
  }
}

const CASES = [
  "eu-central-1",
  "us-east-1",
  "us-gov-west-1",
  "cn-north-1",
  "us-iso-east-1",
  "local",
  undefined,
]
  .flatMap((Region) =>
    [undefined, "http://127.0.0.1:9000", "https://aws.example/"].map((Endpoint) => ({
      Region,
      Endpoint,
    })),
  )
  .flatMap((some) => [true, false].map((UseFIPS) => ({ ...some, UseFIPS })))
  .flatMap((some) => [true, false].map((UseDualStack) => ({ ...some, UseDualStack })));

const OF_BUCKETS = CASES.flatMap((some) =>
  ["archive", "arc.hive", "Arc_hive"].map((Bucket) => ({ ...some, Bucket })),
)
  // The SDK makes a host of these that is none, and says so on the console.
  .filter(({ Bucket, Endpoint }) => Bucket !== "arc.hive" || !Endpoint?.includes("127.0.0.1"))
  .flatMap((some) => [true, false].map((ForcePathStyle) => ({ ...some, ForcePathStyle })));

const OF_TABLES = CASES.flatMap((some) =>
  ["preferred", "disabled", "required"].map((AccountIdEndpointMode) => ({
    ...some,
    AccountIdEndpointMode,
    ResourceArn: "checkpoints",
  })),
);

describe("reducedEndpoints", () => {
  it.each([
    ["s3", OF_BUCKETS, { Accelerate: false, UseGlobalEndpoint: false }, 50],
    ["dynamodb", OF_TABLES, {}, 15],
  ] as const)("decides as the SDK does: %s", (service, cases, defaults, differentMin) => {
    const reduced = reducedEndpoints(service);
    const shown = new Set<string>();
    for (const params of cases) {
      const expected = decide(SDK_ENDPOINTS[service], { ...defaults, ...params });
      expect(decide(reduced, params), JSON.stringify(params)).toEqual(expected);
      shown.add(JSON.stringify(expected));
    }
    expect(shown.size).toBeGreaterThan(differentMin);
  });

  it.each([
    ["s3", 5],
    ["dynamodb", 1.5],
  ] as const)("is a fraction of it: %s", (service, least) => {
    const { nodes } = SDK_ENDPOINTS[service];
    expect(reducedEndpoints(service).nodes.length).toBeLessThan(nodes.length / least);
  });
});
