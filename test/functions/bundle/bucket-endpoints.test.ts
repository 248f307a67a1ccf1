import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import {
  bucketEndpoints,
  type DecisionDiagram,
  SDK_ENDPOINTS,
} from "../../../functions/bundle/bucket-endpoints.ts";

const manifest = createRequire(import.meta.url).resolve("@aws-sdk/client-s3/package.json");
/** What the SDK itself depends on. */
const ofSdk = createRequire(manifest);
const { BinaryDecisionDiagram, customEndpointFunctions, decideEndpoint } =
  ofSdk("@smithy/core/endpoints");
customEndpointFunctions.aws = ofSdk("@aws-sdk/core/client").awsEndpointFunctions;
const pruned = bucketEndpoints(SDK_ENDPOINTS);

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
  undefined,
]
  .flatMap((Region) => ["archive", "arc.hive", "Arc_hive"].map((Bucket) => ({ Region, Bucket })))
  .flatMap((some) =>
    [undefined, "http://127.0.0.1:9000", "https://s3.example/"].map((Endpoint) => ({
      ...some,
      Endpoint,
    })),
  )
  // The SDK makes a host of these that is none, and says so on the console.
  .filter(({ Bucket, Endpoint }) => Bucket !== "arc.hive" || !Endpoint?.includes("127.0.0.1"))
  .flatMap((some) => [true, false].map((ForcePathStyle) => ({ ...some, ForcePathStyle })))
  .flatMap((some) => [true, false].map((UseFIPS) => ({ ...some, UseFIPS })))
  .flatMap((some) => [true, false].map((UseDualStack) => ({ ...some, UseDualStack })));

describe("bucketEndpoints", () => {
  it("decides for a bucket's name as the SDK does", () => {
    const shown = new Set<string>();
    for (const params of CASES) {
      const expected = decide(SDK_ENDPOINTS, {
        Accelerate: false,
        UseGlobalEndpoint: false,
        ...params,
      });
      expect(decide(pruned, params), JSON.stringify(params)).toEqual(expected);
      shown.add(JSON.stringify(expected));
    }
    expect(shown.size).toBeGreaterThan(50);
  });

  it("is a fraction of it", () => {
    expect(pruned.nodes.length).toBeLessThan(SDK_ENDPOINTS.nodes.length / 5);
  });
});
