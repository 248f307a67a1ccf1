/** How targets and routes are configured: in the stack, in the environment of a function, and in the file of `watch`. */
import * as z from "zod";
import { SEVERITIES } from "../detect/rule.ts";
import { mustBe, UNQUOTED } from "../fields.ts";
import { isSafeUrl } from "./target-secret.ts";

const { list, matching, oneOf, section } = UNQUOTED;

const httpsUrl = z
  .string({ error: mustBe("an https URL") })
  .refine(isSafeUrl, { error: mustBe("an https URL without credentials") });

const TYPES = ["slack", "pagerduty", "jira", "webhook", "eventbridge", "sns"] as const;

/**
 * Of one target.
 *
 * @param secret - where its secret is, never the secret: a name or ARN of Secrets Manager, or the name of an environment variable
 */
export function targetSettings(secret: z.ZodType<string, string>) {
  return z.discriminatedUnion(
    "type",
    [
      section({ type: z.literal("slack"), secret }),
      section({
        type: z.literal("pagerduty"),
        secret,
        region: oneOf(["us", "eu"]).default("us"),
      }),
      section({
        type: z.literal("jira"),
        secret,
        site: matching(
          /^https:\/\/[\w-]+(?:\.[\w-]+)+$/,
          'the site\'s URL, without a slash at its end, such as "https://example.atlassian.net"',
        ),
        email: matching(/^[^@\s:]+@[^@\s:]+$/, "the e-mail address whose API token the secret is"),
        project: matching(/^[A-Z][A-Z0-9_]{1,254}$/, "the key of a project, such as SEC"),
        issueType: matching(/\S/, "the name of a type of issue").default("Task"),
      }),
      section({ type: z.literal("webhook"), secret, url: httpsUrl }),
      section({
        type: z.literal("eventbridge"),
        busArn: matching(
          /^arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/[\w./-]+$/,
          "the ARN of an event bus (arn:aws:events:REGION:ACCOUNT:event-bus/NAME)",
        ),
      }),
      section({
        type: z.literal("sns"),
        topicArn: matching(
          /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/,
          "the ARN of a standard SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME)",
        ),
        kmsKeyArn: matching(
          /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
          "the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID)",
        ).optional(),
      }),
    ],
    { error: `must be one of ${TYPES.join(", ")}` },
  );
}
export type TargetSettings = z.output<ReturnType<typeof targetSettings>>;
/** The same before the defaults are filled in. */
export type TargetProps = z.input<ReturnType<typeof targetSettings>>;

const TARGET_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const NAMED = "an object of names and targets";

/** By name. A name that is wrong is not part of an error's path: it may be a secret. */
export function targetsByName(secret: z.ZodType<string, string>) {
  const target = targetSettings(secret);
  return z
    .record(z.string(), z.custom<z.input<typeof target>>(), { error: mustBe(NAMED) })
    .superRefine((targets, context) => {
      for (const [index, name] of Object.keys(targets).entries()) {
        if (!TARGET_NAME.test(name)) {
          context.addIssue({
            code: "custom",
            message: `the name of target ${index + 1} must be a letter of a-z, then up to 31 of a-z, 0-9 and -`,
          });
        }
      }
    })
    .pipe(z.record(z.string(), target));
}

function texts(item: z.ZodType<string, string>, allowed: string) {
  return list(item, allowed).min(1, { error: "is empty; leave it out for all" }).optional();
}

/** Which alerts go to which targets: those of which all conditions hold. Without a condition, all. */
const route = section({
  /** This severity or a higher one. */
  severity: oneOf(SEVERITIES).optional(),
  /** Ids of rules. */
  rules: texts(z.string(), "a list of ids of rules"),
  /** ATT&CK techniques and tactics; T1562 has all its sub-techniques. */
  tags: texts(
    matching(
      /^T(?:A\d{4}|\d{4}(?:\.\d{3})?)$/,
      "an ATT&CK technique or tactic, such as T1562, T1562.001 or TA0010",
    ),
    "a list of ATT&CK techniques and tactics",
  ),
  sources: texts(z.string(), "a list of names of sources"),
  /** Names of targets. */
  targets: list(z.string(), "a list of names of targets").min(1, {
    error: "is empty; name the targets",
  }),
});
export type Route = z.output<typeof route>;

export const routeList = list(route, "a list of routes");
