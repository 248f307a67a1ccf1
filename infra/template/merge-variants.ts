import { isDeepStrictEqual } from "node:util";

/** A CloudFormation template, or a part of it, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a template is as deep as CloudFormation
export type Json = any;

const NO_VALUE = { Ref: "AWS::NoValue" };

/**
 * One template for a stack whose features can be turned off: where the stack without a feature is
 * different, a condition with the feature's name decides.
 *
 * @param features - in a fixed order
 * @param synthesize - the template without these features
 */
export function mergeVariants<Feature extends string>(
  features: readonly Feature[],
  synthesize: (off: readonly Feature[]) => Json,
): Json {
  const syntheses = new Map<string, Json>();
  const without = (off: readonly Feature[]): Json => {
    const key = features.filter((feature) => off.includes(feature)).join();
    const template = syntheses.get(key) ?? synthesize(off);
    syntheses.set(key, template);
    return template;
  };
  return merge([], without([]), new Map(features.map((feature) => [feature, without([feature])])));

  /**
   * @param on - the part at `path` with all features on
   * @param off - the same part without a feature, by feature; undefined where it has no such part
   */
  function merge(path: readonly string[], on: Json, off: ReadonlyMap<Feature, Json>): Json {
    const differing = new Map([...off].filter(([, part]) => !isDeepStrictEqual(part, on)));
    if (differing.size === 0) return on;
    const [section, , property] = path;
    // CloudFormation lets a resource depend on one that is turned off.
    if (section === "Resources" && property === "DependsOn" && path.length === 3) return on;
    if (path.length === 2 && on !== undefined) {
      const needed = [...differing].filter(([, part]) => part === undefined);
      if (needed.length > 1) throw new Error(`${path.join(".")} needs two features`);
      for (const [feature] of needed) {
        differing.delete(feature);
        return { ...merge(path, on, differing), Condition: feature };
      }
    }
    if ([on, ...differing.values()].every(isObject)) {
      const keys = new Set([on, ...differing.values()].flatMap(Object.keys));
      const entries = [...keys].map((key) => {
        const parts = new Map([...differing].map(([feature, part]) => [feature, part[key]]));
        return [key, merge([...path, key], on[key], parts)];
      });
      return Object.fromEntries(entries);
    }
    return choose(path, [...differing.keys()], []);
  }

  /** The part at `path` as these features decide. */
  function choose(path: readonly string[], deciding: Feature[], off: readonly Feature[]): Json {
    const [feature, ...others] = deciding;
    if (feature === undefined) {
      const part = path.reduce<Json>((node, key) => node?.[key], without(off));
      return part === undefined ? NO_VALUE : part;
    }
    const whenOn = choose(path, others, off);
    const whenOff = choose(path, others, [...off, feature]);
    return isDeepStrictEqual(whenOn, whenOff) ? whenOn : { "Fn::If": [feature, whenOn, whenOff] };
  }
}

/** Whether its members can be merged one by one: a reference or a function cannot. */
function isObject(part: Json): boolean {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return false;
  return !Object.keys(part).some((key) => key === "Ref" || key.startsWith("Fn::"));
}
