/**
 * The environment variables of the functions: the stack writes them and the
 * functions read them, each through the same schema.
 *
 * The schemas are of codecs. Decoded, the values are typed; encoded, they are
 * the text of a variable. The stack's values may be names that only a
 * deployment knows, so what a schema checks of the text of those, it checks
 * when it reads. By zod's small interface, which is a third of the other in a bundle.
 */
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { SOURCE_NAME } from "../archive/object-key.ts";
import { SCHEMA_VERSIONS } from "../ocsf/classes.ts";
import { toIsoSeconds } from "../time.ts";

// Without it, zod's small interface says "Invalid input" of everything.
z.config(en());

/** Of a function's variables: text on one side, typed values on the other. */
export type EnvironmentSchema<Values> = z.core.$ZodType<Values, Record<string, string | undefined>>;

/**
 * A function's configuration, from its environment.
 *
 * @throws {Error} naming each variable that is missing or wrong; thrown at start, before any event
 */
export function readEnvironment<Values>(
  schema: EnvironmentSchema<Values>,
  variables: Readonly<Record<string, string | undefined>>,
): Values {
  const parsed = z.safeDecode(schema, variables);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
    throw new Error(`the function's environment is wrong: ${problems.join("; ")}`);
  }
  return parsed.data;
}

/**
 * The variables from which `readEnvironment` gets these values.
 *
 * @throws {z.core.$ZodError} when it would refuse them
 */
export function writeEnvironment<Values>(
  schema: EnvironmentSchema<Values>,
  values: Values,
): Record<string, string> {
  const variables = Object.entries(z.encode(schema, values));
  return Object.fromEntries(
    variables.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}

/** A whole number, both bounds included. */
export function wholeNumber(unit: string, min: number, max: number) {
  return z.codec(
    z.string().check(z.regex(/^\d+$/, `must be whole ${unit}`)),
    z.int().check(z.gte(min), z.lte(max)),
    { decode: (text) => Number(text), encode: (number) => String(number) },
  );
}

/** What every function is told. */
export const METRICS_ENVIRONMENT = z.object({
  /** Names of the metrics to emit, with commas between; absent: all. */
  METRICS: z.optional(z.string()),
});

const seconds = wholeNumber("seconds", 0, 604_800);

/** Epoch seconds; ISO 8601 in the variable. */
const time = z.codec(z.iso.datetime(), z.number(), {
  decode: (text) => Date.parse(text) / 1000,
  encode: toIsoSeconds,
});

/** Of something in AWS: a name or an ARN. */
const name = z.string().check(z.minLength(1));

const sourceName = z.string().check(z.regex(SOURCE_NAME));

/** What every function that works on one source with its token is told. */
const SOURCE_ENVIRONMENT = z.object({
  SOURCE: sourceName,
  ARCHIVE_BUCKET: name,
  CHECKPOINT_TABLE: name,
  /** Name or ARN. */
  TOKEN_SECRET_ID: name,
  SLACK_API_BASE: z.url(),
  /** Absent: the token does not expire, or another refreshes it. */
  TOKEN_ROTATION: z.optional(z.literal("on")),
});
export type SourceEnvironment = z.output<typeof SOURCE_ENVIRONMENT>;

export const INGEST_ENVIRONMENT = z.extend(SOURCE_ENVIRONMENT, {
  /** Absent: 24 hours before the first run. */
  FIRST_START: z.optional(time),
  SETTLE_DELAY_SECONDS: z._default(seconds, 60),
  ALLOWED_LATENESS_SECONDS: z._default(seconds, 900),
});

export const BACKFILL_ENVIRONMENT = SOURCE_ENVIRONMENT;

export const SEAL_ENVIRONMENT = z.extend(SOURCE_ENVIRONMENT, {
  /** What the live runs use. */
  ALLOWED_LATENESS_SECONDS: z._default(seconds, 900),
  /** After the end of a day. */
  CLOSE_DELAY_SECONDS: z._default(seconds, 7200),
  /** ARN of the asymmetric KMS key; absent: manifests are not signed. */
  SIGNING_KEY_ID: z.optional(name),
});

export const COLUMNS_ENVIRONMENT = z.object({
  SOURCE: sourceName,
  ARCHIVE_BUCKET: name,
  /** Of the table's files. */
  COLUMNS_BUCKET: name,
  DATABASE: name,
  WORKGROUP: name,
});

export const EVENTS_ENVIRONMENT = z.object({
  SOURCE: sourceName,
  ARCHIVE_BUCKET: name,
  EVENTS_BUCKET: name,
  /** Of OCSF. */
  SCHEMA_VERSION: z.enum(SCHEMA_VERSIONS),
  /** Parts of the path of events. */
  EVENTS_REGION: name,
  EVENTS_ACCOUNT: name,
  /** Absent: alerts are not kept. */
  ALERT_LOG: z.optional(z.literal("on")),
});

/** Known to the stack only by a reference. */
export const topicArn = z.codec(z.string(), z.string(), {
  decode: (text, context) => {
    if (!text.startsWith("arn:")) {
      context.issues.push({ code: "custom", input: text, message: "must be an ARN" });
    }
    return text;
  },
  encode: (arn) => arn,
});

export const SCHEMA_WATCH_ENVIRONMENT = z.object({
  DETECTION_TABLE: name,
  ALERT_TOPIC_ARN: topicArn,
});
