import type { Json } from "../../../infra/template/merge-variants.ts";

/** What is left out is removed from its list or object. */
const NO_VALUE = Symbol("AWS::NoValue");

/**
 * A template as CloudFormation takes it with these parameters: conditions decided, parameters and
 * mappings looked up, numbers as texts. References to resources stay.
 *
 * @param given - the others have their defaults
 * @throws {Error} when a parameter is missing or its value is not allowed
 */
export function withParameters(
  template: Json,
  given: Record<string, string>,
  stackName: string,
): { Resources: Json; Outputs: Json } {
  const values: Record<string, string> = { "AWS::StackName": stackName };
  for (const [name, { Default, AllowedPattern, AllowedValues }] of Object.entries<Json>(
    template.Parameters,
  )) {
    const value = given[name] ?? (Default === undefined ? undefined : String(Default));
    if (value === undefined) throw new Error(`${name} has no value`);
    if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
      throw new Error(`${name} does not match: ${value}`);
    }
    if (AllowedValues?.includes(value) === false)
      throw new Error(`${name} is not one of the values`);
    values[name] = value;
  }

  const isTrue = (condition: Json): boolean => {
    if (typeof condition === "string") return isTrue(template.Conditions[condition]);
    const [[name, operands] = ["", []]] = Object.entries<Json>(condition);
    if (name === "Fn::And") return operands.every(isTrue);
    if (name === "Fn::Not") return !isTrue(operands[0]);
    if (name !== "Fn::Equals") throw new Error(`unknown condition ${name}`);
    const [left, right] = operands.map(resolve);
    return left === right;
  };
  const resolve = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(resolve).filter((item) => item !== NO_VALUE);
    if (typeof node === "number") return String(node); // as which parameters come
    if (node === null || typeof node !== "object") return node;
    if (node.Ref === "AWS::NoValue") return NO_VALUE;
    if (node.Ref in values) return values[node.Ref];
    const [[name, operands] = ["", undefined]] = Object.entries<Json>(node);
    if (name === "Fn::If") return resolve(operands[isTrue(operands[0]) ? 1 : 2]);
    if (name === "Fn::FindInMap") {
      const [map, key, entry] = operands.map(resolve);
      return template.Mappings[map][key][entry];
    }
    if (name === "Fn::Base64") return Buffer.from(resolve(operands)).toString("base64");
    if (name === "Fn::Split") {
      const [delimiter, text] = operands.map(resolve);
      return typeof text === "string" ? text.split(delimiter) : { [name]: [delimiter, text] };
    }
    if (name === "Fn::Join" && operands[0] === "") return join(resolve(operands[1]));
    const entries = Object.entries(node).map(([key, value]) => [key, resolve(value)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== NO_VALUE));
  };
  const section = (resources: Json) =>
    Object.fromEntries(
      Object.entries<Json>(resources)
        .filter(([, { Condition }]) => Condition === undefined || isTrue(Condition))
        .map(([id, { Condition: _, ...resource }]) => [id, resolve(resource)]),
    );
  return { Resources: section(template.Resources), Outputs: section(template.Outputs) };
}

/** Texts beside each other become one. */
function join(parts: Json[]): Json {
  const joined: Json[] = [];
  for (const part of parts.flatMap((part) => part["Fn::Join"]?.[1] ?? [part])) {
    if (typeof part === "string" && typeof joined.at(-1) === "string")
      joined.push(joined.pop() + part);
    else joined.push(part);
  }
  return joined.length === 1 ? joined[0] : { "Fn::Join": ["", joined] };
}
