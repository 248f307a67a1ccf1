import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  ScanCommand,
  type ScanCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";

export type Item = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** One request to the table: given at once, carried out when it arrives. */
export type Send = (what: () => string, effect: () => unknown) => Promise<unknown>;

/**
 * The checkpoint table, as far as the DynamoDB adapter uses it: so it is the
 * product's own adapter that is simulated, request by request.
 */
export class SimulatedTable {
  /** By their key `source`. */
  readonly items = new Map<string, Item>();
  readonly #onUpdate: (key: string, before: Item, after: Item) => void;

  /** @param onUpdate - called after each change */
  constructor(onUpdate: (key: string, before: Item, after: Item) => void) {
    this.#onUpdate = onUpdate;
  }

  /**
   * @param send - what happens to requests on their way
   * @param user - learns under which name it holds leases
   */
  client(send: Send, user: { owner: string | undefined }): DynamoDBDocumentClient {
    return Object.create(DynamoDBDocumentClient.prototype, {
      send: {
        value: (command: { input: Partial<UpdateCommandInput> }) => {
          user.owner = command.input.ExpressionAttributeValues?.[":owner"] ?? user.owner;
          return send(
            () => describe(command),
            () => this.#carryOut(command),
          );
        },
      },
    });
  }

  #carryOut(command: { input: unknown }): unknown {
    if (command instanceof GetCommand) {
      const item = this.items.get(String(command.input.Key?.source));
      return item === undefined ? {} : { Item: { ...item } };
    }
    if (command instanceof ScanCommand) return this.#scan(command.input);
    if (command instanceof UpdateCommand) return this.#update(command.input);
    throw new Error("the adapter sends a command that is not simulated");
  }

  #scan({ ExpressionAttributeValues: values = {} }: ScanCommandInput) {
    const { ":live": live, ":prefix": prefix, ":claims": claims } = values;
    const Items = [...this.items]
      .filter(([key]) => key === live || (key.startsWith(prefix) && key !== claims))
      .map(([source, item]) => ({ source, ...item }));
    return { Items };
  }

  #update(input: UpdateCommandInput): unknown {
    const { UpdateExpression = "", ConditionExpression = "", ExpressionAttributeValues } = input;
    const values: Values = ExpressionAttributeValues ?? {};
    const key = String(input.Key?.source);
    const before = this.items.get(key) ?? {};
    if (!parseCondition(ConditionExpression).some((holds) => holds(before, values))) {
      throw new ConditionalCheckFailedException({ $metadata: {}, message: "condition failed" });
    }
    const after: Record<string, unknown> = { ...before };
    for (const [name, value] of parseUpdate(UpdateExpression)) {
      // To delete would make the object slow to copy; what is not defined is not there.
      after[name] = value === undefined ? undefined : values[value];
    }
    this.items.set(key, after);
    this.#onUpdate(key, before, after);
    return { Attributes: { ...after } };
  }
}

type Condition = (item: Item, values: Values) => boolean;

/** @returns conditions of which one must hold */
const parseCondition = remembered((expression): Condition[] =>
  expression.split(" OR ").map((clause) => {
    const absent = /^attribute_not_exists\((\w+)\)$/.exec(clause)?.[1];
    if (absent !== undefined) return (item) => item[absent] === undefined;
    const [, name = "", operator, value = ""] = /^(\w+) (=|<=) (:\w+)$/.exec(clause) ?? [];
    if (operator === undefined) throw new Error(`a condition that is not simulated: ${clause}`);
    return (item, values) => {
      const [held, given] = [item[name], values[value]];
      return (
        held !== undefined && (operator === "=" ? held === given : Number(held) <= Number(given))
      );
    };
  }),
);

/** @returns attributes, and the name of the value of each that is set, not removed */
const parseUpdate = remembered((expression): [string, string | undefined][] =>
  [...expression.matchAll(/(?:SET|REMOVE) ((?:(?! SET ).)*)/g)].flatMap(([, list = ""]) =>
    list.split(", ").map((part): [string, string | undefined] => {
      const [name = "", value] = part.split(" = ");
      return [name, value];
    }),
  ),
);

function remembered<T>(parse: (expression: string) => T): (expression: string) => T {
  const known = new Map<string, T>();
  return (expression) => {
    const parsed = known.get(expression) ?? parse(expression);
    known.set(expression, parsed);
    return parsed;
  };
}

function describe(command: { input: unknown }): string {
  const { Key, UpdateExpression, ExpressionAttributeValues } = command.input as UpdateCommandInput;
  if (Key === undefined) return "scan";
  return UpdateExpression === undefined
    ? `read ${Key.source}`
    : `update ${Key.source}: ${JSON.stringify(ExpressionAttributeValues)}`;
}
