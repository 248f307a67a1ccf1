import { toWireJson } from "../wire-json.ts";
import { at, mix, type Random, slackId } from "./random.ts";

/** The target of an action: the whole `entity` as JSON. */
export interface Entity {
  id: string;
  json: string;
}

/** An app is also in the `context` of what it does. */
export interface App extends Entity {
  name: string;
  /** `{"id":…,"name":…,…}` as in a context. */
  contextJson: string;
}

export interface Channel extends Entity {
  name: string;
}

/** A workspace or the organization, as entity and as location. */
export interface Place extends Entity {
  /** `{"type":…,"id":…,"name":…,"domain":…}` */
  locationJson: string;
}

export interface File extends Entity {
  name: string;
}

const CHANNEL_TOPICS = [
  "general",
  "random",
  "platform",
  "incidents",
  "design",
  "sales-emea",
  "finance",
  "legal",
  "hiring",
  "support",
  "données",
  "開発",
  "release",
  "mobile",
  "data",
  "security",
  "marketing",
  "board",
];

const FILE_NAMES = [
  ["Q3 forecast.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["roadmap.pdf", "application/pdf"],
  ["customer list.csv", "text/csv"],
  [
    "Vertrag – Entwurf.docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ],
  ["設計書.pdf", "application/pdf"],
  ["screenshot.png", "image/png"],
  ["backup.zip", "application/zip"],
  ["notes 📎.txt", "text/plain"],
  ["architecture.svg", "image/svg+xml"],
  ["payroll 2026.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
] as const;

const APP_NAMES = [
  "Deploybot",
  "Incident Helper",
  "Standup",
  "Sales Sync",
  "Giphy",
  "Zoom",
  "Jira Cloud",
  "GitHub",
  "Google Drive",
  "PagerDuty",
  "Polly",
  "Workday",
  "Audit Exporter",
  "Expense Bot",
];

const WORKSPACES = [
  ["Birdland", "birdland"],
  ["Elysium Labs", "elysium-labs"],
  ["Ventas España", "ventas"],
  ["Field Operations", "field-ops"],
  ["People", "people"],
  ["Trust & Safety", "trust"],
] as const;

/** What an organization has. Everything but files is generated once; a file is generated from its number. */
export class Inventory {
  readonly enterprise: Place;
  readonly workspaces: readonly Place[];
  readonly channels: readonly Channel[];
  readonly apps: readonly App[];
  readonly usergroups: readonly Entity[];
  readonly roles: readonly Entity[];
  readonly accountTypeRoles: readonly Entity[];
  readonly workflows: readonly Entity[];
  readonly workflowsV2: readonly Entity[];
  readonly barriers: readonly Entity[];
  readonly canvases: readonly Entity[];
  readonly lists: readonly Entity[];
  readonly functions: readonly Entity[];
  readonly templates: readonly Entity[];
  readonly legalHoldPolicies: readonly Entity[];
  readonly oauthTokens: readonly Entity[];
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.enterprise = place("enterprise", slackId("E", seed, 0), "Elysium", "elysium");
    this.workspaces = WORKSPACES.map(([name, domain], i) =>
      place("workspace", slackId("T", seed, i), name, domain),
    );
    const teams = this.workspaces.map(({ id }) => id);
    const many = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, index) => make(index));
    this.channels = many(360, (i) => {
      const name = `${at(CHANNEL_TOPICS, i % CHANNEL_TOPICS.length)}-${Math.floor(i / CHANNEL_TOPICS.length)}`;
      const isShared = i % 23 === 0;
      return {
        name,
        ...entity("channel", {
          id: slackId("C", seed, i),
          privacy: i % 3 === 0 ? "private" : "public",
          name,
          is_shared: isShared,
          is_org_shared: i % 11 === 0,
          ...(isShared ? { teams_shared_with: [slackId("T", seed, 500 + i)] } : {}),
        }),
      };
    });
    this.apps = APP_NAMES.map((name, i) => {
      const fields = {
        id: slackId("A", seed, i),
        name,
        is_distributed: i % 2 === 0,
        is_directory_approved: i % 3 === 0,
        is_workflow_app: false,
        scopes: i % 4 === 0 ? [] : ["channels:read", "chat:write", "users:read"],
      };
      const context = { ...fields, scopes_bot: ["chat:write"], team: at(teams, i % teams.length) };
      return { name, contextJson: toWireJson(context), ...entity("app", fields) };
    });
    this.usergroups = many(24, (i) =>
      entity("usergroup", { id: slackId("S", seed, i), name: `team-${i}` }),
    );
    this.roles = ["Users Admin", "Channels Admin", "Audit Logs Admin", "Exports Admin"].map(
      (name, i) =>
        entity("role", { id: `Rl0${i + 1}`, name, type: i % 2 === 0 ? "system" : "custom" }),
    );
    this.accountTypeRoles = ["Members", "Guests", "Workspace Admins"].map((name, i) =>
      entity("account_type_role", { id: `Rl0${i + 1}A`, name }),
    );
    this.workflows = many(12, (i) =>
      entity("workflow", { id: slackId("Wf", seed, i), name: `Request ${i}` }),
    );
    this.workflowsV2 = many(12, (i) =>
      entity("workflow_v2", {
        id: slackId("Wf", seed, 100 + i),
        app_id: slackId("A", seed, 100 + i),
        date_updated: 1_765_000_000 + i,
        callback_id: `workflow_${i}`,
        name: `Onboarding ${i}`,
        updated_by: slackId("U", seed, i),
        step_configuration: [{ function_id: "Fn0102", inputs: { channel: slackId("C", seed, i) } }],
      }),
    );
    this.barriers = many(2, (i) =>
      entity("barrier", {
        id: slackId("B", seed, i),
        primary_usergroup: slackId("S", seed, i),
        barriered_from_usergroups: [slackId("S", seed, i + 1)],
        restricted_subjects: ["im", "mpim", "call"],
      }),
    );
    this.canvases = many(80, (i) =>
      entity("canvas", {
        id: slackId("F", seed, 5_000_000 + i),
        filetype: "application/vnd.slack-docs",
        title: `Runbook ${i}: qué hacer`,
      }),
    );
    this.lists = many(30, (i) => entity("list", { id: slackId("F", seed, 6_000_000 + i) }));
    this.functions = many(5, (i) =>
      entity("function", {
        id: slackId("Fn", seed, i),
        app_id: slackId("A", seed, 200 + i),
        callback_id: `approve_${i}`,
      }),
    );
    this.templates = many(6, (i) =>
      entity("template", { id: slackId("F", seed, 7_000_000 + i), template_name: `Project ${i}` }),
    );
    this.legalHoldPolicies = many(3, (i) =>
      entity("legal_hold_policy", { id: `Pol${i}`, name: `Matter 2026-${i}` }),
    );
    this.oauthTokens = many(4, (i) =>
      entity("external_auth_oauth2_token", {
        id: slackId("Et", seed, i),
        provider_key: i % 2 === 0 ? "google" : "salesforce",
      }),
    );
  }

  /** One of a great many files. */
  file(number: number): File {
    const [name, filetype] = at(FILE_NAMES, mix(this.#seed, number, 5) % FILE_NAMES.length);
    const id = slackId("F", this.#seed, number);
    const title = name.replace(/\.\w+$/, "");
    return { name, ...entity("file", { id, name, filetype, title }) };
  }

  /** A popular file; some are much more popular than others. */
  pickFile(random: Random): File {
    const skew = random.unit();
    return this.file(Math.floor(skew * skew * 200_000));
  }

  /** A message of a channel at a time. */
  message(random: Random, epochSeconds: number): Entity {
    const channel = random.pick(this.channels);
    const micros = String(random.below(1_000_000)).padStart(6, "0");
    return {
      ...entity("message", {
        team: random.pick(this.workspaces).id,
        channel: channel.id,
        timestamp: `${epochSeconds - random.below(86_400)}.${micros}`,
      }),
      id: channel.id,
    };
  }

  /** A call that began some time ago, ended or not. */
  huddle(
    random: Random,
    epochSeconds: number,
    participants: readonly string[],
    hasEnded: boolean,
  ): Entity {
    return entity("huddle", {
      id: slackId("R", this.#seed, random.below(100_000)),
      date_start: epochSeconds - random.below(3600),
      date_end: hasEnded ? epochSeconds : 0,
      participants,
    });
  }
}

/** An entity with its fields, including the id. */
export function entity(type: string, fields: { id?: string; [name: string]: unknown }): Entity {
  return { id: fields.id ?? "", json: toWireJson({ type, [type]: fields }) };
}

function place(type: "workspace" | "enterprise", id: string, name: string, domain: string): Place {
  return {
    ...entity(type, { id, name, domain }),
    locationJson: toWireJson({ type, id, name, domain }),
  };
}
