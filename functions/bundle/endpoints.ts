// @ts-expect-error: it is no entry of the package, and has no types beside it
import { bdd as dynamodb } from "@aws-sdk/client-dynamodb/dist-es/endpoint/bdd.js";
// @ts-expect-error: the same
import { bdd as s3 } from "@aws-sdk/client-s3/dist-es/endpoint/bdd.js";

/** A decision of the SDK about the endpoint of a call: `@smithy/core`'s BinaryDecisionDiagram. */
export interface DecisionDiagram {
  /** Three for each node: its condition, and where it leads when that holds, and when not. */
  nodes: ArrayLike<number>;
  /** References: a node's number from 1, negative when its branches are swapped; ±1 is the end without a result. */
  root: number;
  conditions: unknown[][];
  results: unknown[];
}

/** The SDK's decisions, whatever the name of a bucket or a table is. */
export const SDK_ENDPOINTS: Record<"s3" | "dynamodb", DecisionDiagram> = { s3, dynamodb };

/** In conditions that never hold for what a function calls. */
const NEVER = {
  // A bucket is no ARN and no directory bucket or one on Outposts, and nobody asks for acceleration or Object Lambda.
  s3: /"--x-s3"|"--xa-s3"|"--op-s3"|"aws\.parseArn"|"arn:"|"Accelerate"|"UseObjectLambdaEndpoint"|"UseS3ExpressControlEndpoint"|"UseGlobalEndpoint"/,
  // A table is no ARN, and Lambda's credentials do not say of which account they are.
  dynamodb:
    /"aws\.parseArn"|\["isSet",\[\{"ref":"(?:AccountId|ResourceArnList)"|"IsSearchOperation"/,
};

/** References from here on are to results. */
const RESULT = 100_000_000;

/** The same decisions for the name of a bucket, or a table, of one's own account. */
export function reducedEndpoints(service: keyof typeof SDK_ENDPOINTS): DecisionDiagram {
  const { nodes, root, conditions, results } = SDK_ENDPOINTS[service];
  const known = conditions.map((condition) => answerOf(condition, NEVER[service]));
  const kept = { nodes: [0, 0, 0], conditions: [] as number[], results: [] as number[] };
  const places = new Map<number, number>();

  function keep(list: number[], index: number): number {
    if (!list.includes(index)) list.push(index);
    return list.indexOf(index);
  }

  function visit(reference: number): number {
    if (Math.abs(reference) === 1) return reference;
    if (reference >= RESULT) return RESULT + keep(kept.results, reference - RESULT);
    const node = Math.abs(reference);
    const [condition = 0, high = 0, low = 0] = Array.from(nodes).slice(3 * node - 3, 3 * node);
    const answer = known[condition];
    if (answer !== undefined) return visit(reference > 0 === answer ? high : low);
    let place = places.get(node);
    if (place === undefined) {
      place = kept.nodes.length / 3 + 1;
      places.set(node, place);
      kept.nodes.push(0, 0, 0);
      const values = [keep(kept.conditions, condition), visit(high), visit(low)];
      for (const [index, value] of values.entries()) kept.nodes[3 * place - 3 + index] = value;
    }
    return reference > 0 ? place : -place;
  }

  return {
    root: visit(root),
    nodes: kept.nodes,
    conditions: kept.conditions.map((index) => conditions[index] ?? []),
    results: kept.results.map((index) => results[index]),
  };
}

/** @returns what the condition always says; undefined when that depends */
function answerOf(condition: unknown[], never: RegExp): boolean | undefined {
  const text = JSON.stringify(condition);
  if (text === '["isSet",[{"ref":"Bucket"}]]') return true;
  return never.test(text) ? false : undefined;
}
