import { createHash } from "node:crypto";
import * as z from "zod";
import { alertParts } from "../detect/alert-notification.ts";
import { type HttpRequest, type HttpSender, parseAnswer } from "./http-sender.ts";
import type { Alert, Target } from "./target.ts";
import type { TargetSecret } from "./target-secret.ts";

export interface JiraSettings {
  /** `https://example.atlassian.net`, without a slash at the end. */
  site: string;
  /** Whose API token the secret is. */
  email: string;
  /** Key of the project. */
  project: string;
  issueType: string;
}

const SUMMARY_MAX = 255;

/** Beside the label of the alert: all issues of this product. */
const COMMON_LABEL = "slack-audit-lake";

const KEY = z.string().min(1);
const FOUND = z.object({ issues: z.array(z.object({ key: KEY })) });
const MADE = z.object({ key: KEY });

/** Those that Jira most often finds wrong or missing. */
const FIELDS = [
  ...["project", "issuetype", "summary", "description", "labels"],
  ...["reporter", "assignee", "priority", "components", "duedate"],
];

/**
 * A project of Jira Cloud: an issue for each alert.
 *
 * Jira has no key by which it would recognize an issue, so it gets a label made from the alert's
 * id, and is looked for before it is made. When it is not known whether it was made, it is not made
 * again at once: the next delivery, a minute later, finds it. Jira's search shows a new issue
 * after some seconds.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
 * @see https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
 */
export class JiraTarget implements Target {
  readonly #sender: HttpSender;
  readonly #apiToken: TargetSecret;
  readonly #settings: JiraSettings;

  constructor(sender: HttpSender, apiToken: TargetSecret, settings: JiraSettings) {
    this.#sender = sender;
    this.#apiToken = apiToken;
    this.#settings = settings;
  }

  async send(alert: Alert): Promise<void> {
    const label = labelOf(alert);
    const jql = `project = "${this.#settings.project}" AND labels = "${label}"`;
    const search = { jql, maxResults: 1, fields: ["key"] };
    const found = await this.#post("search/jql", search, {
      isRepeatable: true,
      isTaken: ({ status, text }) => status === 200 && parseFound(text) !== undefined,
    });
    if (parseFound(found)?.length !== 0) return;
    await this.#post("issue", toIssue(alert, label, this.#settings), {
      isRepeatable: false,
      isTaken: ({ status, text }) => status === 201 && MADE.safeParse(parseAnswer(text)).success,
    });
  }

  async #post(
    method: string,
    body: object,
    checks: Pick<HttpRequest, "isRepeatable" | "isTaken">,
  ): Promise<string> {
    const { site, email } = this.#settings;
    const apiToken = await this.#apiToken.text();
    const credentials = Buffer.from(`${email}:${apiToken}`).toString("base64");
    return this.#sender.post({
      url: `${site}/rest/api/3/${method}`,
      headers: { authorization: `Basic ${credentials}`, accept: "application/json" },
      body: JSON.stringify(body),
      ...checks,
      errorWords: FIELDS,
    });
  }
}

/** @returns nothing when it is no answer to a search */
function parseFound(text: string): { key: string }[] | undefined {
  return FOUND.safeParse(parseAnswer(text)).data?.issues;
}

/** Labels have no spaces; of other characters not every one can be searched for. */
function labelOf({ id }: Alert): string {
  return `alert-${createHash("sha256").update(id).digest("hex").slice(0, 40)}`;
}

function toIssue(alert: Alert, label: string, { project, issueType }: JiraSettings): object {
  const { facts, lists, commands } = alertParts(alert);
  const summary = `[${alert.severity.toUpperCase()}] ${alert.title}`;
  return {
    fields: {
      project: { key: project },
      issuetype: { name: issueType },
      summary: [...summary].slice(0, SUMMARY_MAX).join(""),
      labels: [COMMON_LABEL, label],
      description: {
        type: "doc",
        version: 1,
        content: [
          paragraph(text(alert.reason)),
          bulletList(facts.map(([name, fact]) => [strong(`${name}: `), text(fact)])),
          ...lists.flatMap(([heading, items]) => [
            paragraph(strong(`${heading}:`)),
            bulletList(items.map((item) => [text(item)])),
          ]),
          ...commands.flatMap(([heading, command]) => [
            paragraph(strong(`${heading}:`)),
            { type: "codeBlock", content: [text(command)] },
          ]),
          paragraph(text(`Alert id: ${alert.id}`)),
        ],
      },
    },
  };
}

/**
 * A text node of the Atlassian Document Format, which shows its text as it is: markup in a name has
 * no effect. One without text is refused.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
function text(text: string): object {
  return { type: "text", text: text === "" ? "-" : text };
}

function strong(content: string): object {
  return { ...text(content), marks: [{ type: "strong" }] };
}

function paragraph(...content: object[]): object {
  return { type: "paragraph", content };
}

function bulletList(items: object[][]): object {
  const content = items.map((item) => ({ type: "listItem", content: [paragraph(...item)] }));
  return { type: "bulletList", content };
}
