/**
 * IAM's evaluation of policies: as much of it as the stack's policies use. What it does not know
 * it refuses to judge.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */

type OneOrMore<T> = T | T[];

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: OneOrMore<string>;
  Resource: OneOrMore<string>;
  /** Of a resource's policy. */
  Principal?: unknown;
  Condition?: Record<string, Record<string, OneOrMore<string>>>;
}

/** What a caller must be allowed: one HTTP request can need several. */
export interface IamCall {
  /** `s3:PutObject` */
  action: string;
  /** ARN. */
  resource: string;
  /** Condition keys; one that is not there is not in the request. */
  context: Readonly<Record<string, OneOrMore<string>>>;
}

/** @param identity - of the caller; @param resource - of what is called */
export function isAllowed(
  call: IamCall,
  identity: readonly Statement[],
  resource: readonly Statement[] = [],
): boolean {
  const denies = [...identity, ...resource].filter(({ Effect }) => Effect === "Deny");
  const allows = identity.filter(({ Effect }) => Effect === "Allow");
  return (
    !denies.some((statement) => appliesTo(statement, call)) &&
    allows.some((statement) => appliesTo(statement, call))
  );
}

export function appliesTo(statement: Statement, call: IamCall): boolean {
  const unknown = Object.keys(statement).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) throw new Error(`the evaluator does not know ${unknown.join(", ")}`);
  const action = call.action.toLowerCase();
  return (
    toList(statement.Action).some((pattern) => isLike(action, pattern.toLowerCase())) &&
    toList(statement.Resource).some((pattern) => isLike(call.resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) =>
        holds(operator, toList(values).map(String), call.context[key]),
      ),
    )
  );
}

const KNOWN = new Set(["Sid", "Effect", "Action", "Resource", "Principal", "Condition"]);

const OPERATORS: Record<string, (actual: string, wanted: string) => boolean> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (actual, wanted) => actual === wanted,
  NumericLessThan: (actual, wanted) => Number(actual) < Number(wanted),
};

function holds(
  operator: string,
  wanted: readonly string[],
  actual: OneOrMore<string> | undefined,
): boolean {
  if (operator === "Null") return String(actual === undefined) === wanted[0];
  const [, quantifier, name = ""] = /^(?:(ForAllValues|ForAnyValue):)?(.+)$/.exec(operator) ?? [];
  const compare = OPERATORS[name];
  if (compare === undefined) throw new Error(`the evaluator does not know ${operator}`);
  const matches = (value: string) => wanted.some((pattern) => compare(value, pattern));
  // A key that is not in the request: true for all of no values, false otherwise.
  if (actual === undefined) return quantifier === "ForAllValues";
  const values = toList(actual);
  return quantifier === "ForAllValues" ? values.every(matches) : values.some(matches);
}

/** `*` stands for any characters, `?` for one. */
function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function toList<T>(value: OneOrMore<T>): T[] {
  return Array.isArray(value) ? value : [value];
}
