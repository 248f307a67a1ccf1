/**
 * The environment variables of the functions: the stack writes them and the functions read them,
 * each through the same schema. What only a deployment knows, the stack writes as a reference.
 *
 * Flat text needs no library for schemas, which would be a tenth of a function's bundle.
 */
import { SOURCE_NAME } from "../archive/object-key.ts";
import { SCHEMA_VERSIONS } from "../ocsf/classes.ts";
import { toIsoSeconds } from "../time.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Text on one side, a typed value on the other; undefined: there is no such variable. */
export interface Variable<Value> {
  /** @throws {Error} what is wrong with the text */
  read(text: string | undefined): Value;
  /** @throws {Error} when `read` would refuse it */
  write(value: Value): string | undefined;
}

/** A function's variables by their names. */
export type EnvironmentSchema<Values> = { [Name in keyof Values]-?: Variable<Values[Name]> };

type EnvironmentOf<Schema> = Schema extends EnvironmentSchema<infer Values> ? Values : never;

/** The same, where what may be undefined may be left out. */
type Writable<Values> = Partial<Values> & {
  [Name in keyof Values as undefined extends Values[Name] ? never : Name]: Values[Name];
};

/**
 * A function's configuration, from its environment.
 *
 * @throws {Error} naming each variable that is missing or wrong; thrown at start, before any event
 */
export function readEnvironment<Values>(
  schema: EnvironmentSchema<Values>,
  variables: Variables,
): Values {
  return Object.fromEntries(
    eachOf(schema, (variable, name) => variable.read(variables[name])),
  ) as Values;
}

/**
 * The variables from which `readEnvironment` gets these values.
 *
 * @throws {Error} when it would refuse them
 */
export function writeEnvironment<Values>(
  schema: EnvironmentSchema<Values>,
  values: Writable<NoInfer<Values>>,
): Record<string, string> {
  const texts = eachOf(schema, (variable, name) => variable.write(values[name as keyof Values]));
  return Object.fromEntries(
    texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}

function eachOf<Values, Result>(
  schema: EnvironmentSchema<Values>,
  convert: (variable: Variable<unknown>, name: string) => Result,
): [name: string, Result][] {
  const problems: string[] = [];
  const results = Object.entries<Variable<unknown>>(schema as never).flatMap(
    ([name, variable]): [string, Result][] => {
      try {
        return [[name, convert(variable, name)]];
      } catch (error) {
        problems.push(`${name}: ${(error as Error).message}`);
        return [];
      }
    },
  );
  if (problems.length > 0) {
    throw new Error(`the function's environment is wrong: ${problems.join("; ")}`);
  }
  return results;
}

/** One that must be there. */
function variable<Value>(
  read: (text: string) => Value,
  write: (value: Value) => string,
): Variable<Value> {
  return {
    read: (text) => {
      if (text === undefined) throw new Error("is missing");
      return read(text);
    },
    write,
  };
}

export function optional<Value>({ read, write }: Variable<Value>): Variable<Value | undefined> {
  return {
    read: (text) => (text === undefined ? undefined : read(text)),
    write: (value) => (value === undefined ? undefined : write(value)),
  };
}

export function withDefault<Value>(
  { read, write }: Variable<Value>,
  absent: Value,
): Variable<Value> {
  return { read: (text) => (text === undefined ? absent : read(text)), write };
}

/** Text as it is, when it is right. */
function text<Text extends string>(
  isRight: (text: string) => text is Text,
  must: string,
): Variable<Text>;
function text(isRight: (text: string) => boolean, must: string): Variable<string>;
function text(isRight: (text: string) => boolean, must: string): Variable<string> {
  const checked = (text: string) => {
    if (!isRight(text)) throw new Error(`must be ${must}`);
    return text;
  };
  return variable(checked, checked);
}

function oneOf<Text extends string>(texts: readonly Text[]): Variable<Text> {
  return text((text): text is Text => texts.includes(text as Text), texts.join(" or "));
}

/** A whole number, both bounds included. */
export function wholeNumber(unit: string, min: number, max: number): Variable<number> {
  function checked(number: number): number {
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw new Error(`must be whole ${unit}, ${min} to ${max}`);
  }
  return variable(
    (text) => checked(/^\d+$/.test(text) ? Number(text) : Number.NaN),
    (number) => String(checked(number)),
  );
}

/** A value as JSON. @param check - throws for what must not be; gives the typed value */
export function json<Value>(check: (value: unknown) => Value): Variable<Value> {
  return variable(
    (text) => check(JSON.parse(text)),
    (value) => JSON.stringify(value),
  );
}

/** Texts with commas between. */
export function list(check: (items: string[]) => string[]): Variable<string[]> {
  return variable(
    (text) => check(text.split(",")),
    (items) => check(items).join(","),
  );
}

/** What every function is told. */
export const METRICS_ENVIRONMENT = {
  /** Names of the metrics to emit, with commas between; absent: all. */
  METRICS: optional(text(() => true, "text")),
};

const seconds = wholeNumber("seconds", 0, 604_800);

/** Epoch seconds; ISO 8601 in the variable, UTC. */
const time = variable((text) => {
  const ms = text.endsWith("Z") ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new Error("must be a time such as 2026-03-02T00:00:00Z");
  return ms / 1000;
}, toIsoSeconds);

/** Of something in AWS: a name or an ARN. */
export const name = text((text) => text !== "", "a name");

export const sourceName = text(
  (text) => SOURCE_NAME.test(text),
  `the name of a source, ${SOURCE_NAME}`,
);

const url = text(URL.canParse, "a URL");

/** Absent: off. */
export const onOrAbsent = optional(oneOf(["on"]));

/** What every function that works on one source with its token is told. */
const SOURCE_ENVIRONMENT = {
  SOURCE: sourceName,
  ARCHIVE_BUCKET: name,
  CHECKPOINT_TABLE: name,
  /** Name or ARN. */
  TOKEN_SECRET_ID: name,
  SLACK_API_BASE: url,
  /** Absent: the token does not expire, or another refreshes it. */
  TOKEN_ROTATION: onOrAbsent,
};
export type SourceEnvironment = EnvironmentOf<typeof SOURCE_ENVIRONMENT>;

export const INGEST_ENVIRONMENT = {
  ...SOURCE_ENVIRONMENT,
  /** Absent: 24 hours before the first run. */
  FIRST_START: optional(time),
  SETTLE_DELAY_SECONDS: withDefault(seconds, 60),
  ALLOWED_LATENESS_SECONDS: withDefault(seconds, 900),
};

export const BACKFILL_ENVIRONMENT = SOURCE_ENVIRONMENT;

export const SEAL_ENVIRONMENT = {
  ...SOURCE_ENVIRONMENT,
  /** What the live runs use. */
  ALLOWED_LATENESS_SECONDS: withDefault(seconds, 900),
  /** After the end of a day. */
  CLOSE_DELAY_SECONDS: withDefault(seconds, 7200),
  /** ARN of the asymmetric KMS key; absent: manifests are not signed. */
  SIGNING_KEY_ID: optional(name),
};

export const COLUMNS_ENVIRONMENT = {
  SOURCE: sourceName,
  ARCHIVE_BUCKET: name,
  /** Of the table's files. */
  COLUMNS_BUCKET: name,
  DATABASE: name,
  WORKGROUP: name,
};

export const EVENTS_ENVIRONMENT = {
  SOURCE: sourceName,
  ARCHIVE_BUCKET: name,
  EVENTS_BUCKET: name,
  /** Of OCSF. */
  SCHEMA_VERSION: oneOf(SCHEMA_VERSIONS),
  /** Parts of the path of events. */
  EVENTS_REGION: name,
  EVENTS_ACCOUNT: name,
  /** Absent: alerts are not kept. */
  ALERT_LOG: onOrAbsent,
};

/** Known to the stack only by a reference: its text is checked where it is read. */
export const topicArn = variable(
  (text) => {
    if (!text.startsWith("arn:")) throw new Error("must be an ARN");
    return text;
  },
  (arn: string) => arn,
);

export const SCHEMA_WATCH_ENVIRONMENT = {
  DETECTION_TABLE: name,
  ALERT_TOPIC_ARN: topicArn,
};
