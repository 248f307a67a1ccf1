/** How targets and routes are configured: in the stack, in the environment of a function, and in the file of `watch`. */
import * as z from "zod";
import { SEVERITIES } from "../detect/rule.ts";
import { isNot, list, matching, oneOf, section } from "../fields.ts";
import { isSafeUrl } from "./target-secret.ts";

const httpsUrl = z
  .string({ error: isNot("an https URL") })
  .refine(isSafeUrl, { error: isNot("an https URL without credentials") });

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

/** By name. */
export function targetsByName(secret: z.ZodType<string, string>) {
  return z.record(
    matching(
      /^[a-z][a-z0-9-]{0,31}$/,
      "a target's name: a letter, then up to 31 of a-z, 0-9 and -",
    ),
    targetSettings(secret),
    {
      error: (issue) =>
        issue.code === "invalid_key"
          ? issue.issues.map(({ message }) => message).join("; ")
          : isNot("an object of names and targets")(issue),
    },
  );
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
