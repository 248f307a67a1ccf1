import type { WireEntry } from "../entries.ts";
import { toWireJson } from "../wire-json.ts";
import { type Entity, entity, type Inventory } from "./inventory.ts";
import { type Origin, type People, type Person, SCRIPT_AGENTS } from "./people.ts";
import { at, mix, Random, uuidOf } from "./random.ts";
import { ANOMALY_REASONS, anomalyDetails } from "./routine.ts";
import { entryOf, userEntity } from "./scene.ts";

/** Something an investigator would want to find: once a week, at the same time of the week. */
export interface Story {
  name: StoryName;
  /** The main actor. */
  actor: Person;
  /** Epoch seconds of the first and the last entry. */
  from: number;
  to: number;
  /** Oldest first. */
  entries: readonly WireEntry[];
}

/** Higher than the indexes of everyday entries within one second. */
const FIRST_INDEX = 1 << 24;

const HOUR = 3600;
const DAY = 24 * HOUR;

interface Script {
  /** Seconds since Monday, 00:00 UTC. */
  offset: number;
  actor: (people: People, random: Random) => Person;
  play: (stage: Stage) => void;
}

const aMember = ({ members }: People, random: Random) => random.pick(members);
const anAdmin = ({ admins }: People, random: Random) => random.pick(admins);
const anOwner = ({ owners }: People, random: Random) => random.pick(owners);

const SCRIPTS = {
  /** One user from four networks within minutes. */
  several_networks: {
    offset: DAY + 15 * HOUR,
    actor: aMember,
    play: (stage) => {
      for (let network = 0; network < 4; network++) {
        const origin = stage.stranger(network);
        stage.act(network * 70, "user_login", { origin });
        stage.act(network * 70 + 20, "file_downloaded", { origin, on: stage.file() });
      }
      stage.anomaly(330, ["asn", "ip_address"], stage.stranger(3));
    },
  },
  /** Failed logins, then a login, all from an address and client never seen before. */
  guessed_password: {
    offset: 2 * DAY + 3 * HOUR,
    actor: aMember,
    play: (stage) => {
      const origin = { ...stage.stranger(0, SCRIPT_AGENTS.chromeWindows), session: "null" };
      for (let attempt = 0; attempt < 14; attempt++) {
        stage.act(attempt * 25, "user_login_failed", { origin });
      }
      const signedIn = stage.stranger(0, SCRIPT_AGENTS.chromeWindows);
      stage.act(380, "user_login", { origin: signedIn });
      for (let file = 0; file < 6; file++) {
        stage.act(420 + file * 15, "file_downloaded", { origin: signedIn, on: stage.file() });
      }
      stage.anomaly(430, ["unexpected_credential_testing", "ip_address"], signedIn);
    },
  },
  /** At half past two in San Francisco. */
  admin_granted_at_night: {
    offset: 3 * DAY + 10.5 * HOUR,
    actor: anOwner,
    play: (stage) => {
      const chosen = stage.random.pick(stage.people.members);
      const origin = stage.stranger(0);
      stage.act(0, "user_login", { origin });
      stage.act(90, "role_change_to_admin", { origin, on: userEntity(chosen) });
      stage.act(130, "role_assigned", {
        origin,
        on: stage.inventory.roles.at(-1),
        details: { succeeded_users: JSON.stringify([chosen.id]), failed_users: [] },
      });
      stage.act(200, "pref.two_factor_auth_changed", {
        origin,
        on: stage.inventory.enterprise,
        details: { new_value: "OFF", previous_value: "REQUIRED" },
      });
      stage.anomaly(180, ["unexpected_admin_action"], origin);
    },
  },
  organization_exported: {
    offset: 4 * DAY + HOUR,
    actor: anOwner,
    play: (stage) => {
      const on = stage.inventory.enterprise;
      const details = {
        export_type: "ENTIRE_ORG",
        export_start_ts: String(stage.start - 365 * DAY),
        export_end_ts: String(stage.start),
      };
      stage.act(0, "manual_export_started", { on, details });
      stage.act(1500, "manual_export_completed", { on, details, by: "slack" });
      stage.act(1660, "manual_export_downloaded", { on, details });
    },
  },
  /** A guest takes 120 files within 20 minutes. */
  guest_downloads: {
    offset: 3 * DAY + 18 * HOUR,
    actor: ({ guests }, random) => random.pick(guests),
    play: (stage) => {
      for (let file = 0; file < 120; file++) {
        stage.act(file * 10, "file_downloaded", { on: stage.file() });
      }
      stage.anomaly(1230, ["excessive_downloads"]);
    },
  },
  malware_uploaded: {
    offset: 17 * HOUR,
    actor: aMember,
    play: (stage) => {
      const on = entity("file", {
        id: "F07MALWARE",
        name: "invoice_2026.zip",
        filetype: "application/zip",
        title: "invoice_2026",
      });
      stage.act(0, "file_uploaded", { on });
      stage.act(4, "file_malicious_content_detected", {
        on,
        details: { md5_hash: "44d88612fea8a8f36de82e1278abb02f" },
      });
      stage.act(5, "file_shared", {
        on,
        details: { shared_with: { channel_id: at(stage.inventory.channels, 0).id } },
      });
      stage.anomaly(60, ["excessive_malware_uploads"]);
      stage.act(300, "file_deleted", { on, by: "slack" });
    },
  },
  app_scopes_widened: {
    offset: DAY + 20 * HOUR,
    actor: anAdmin,
    play: (stage) => {
      const on = stage.inventory.apps.at(-2);
      const previous_scopes = ["channels:read"];
      const new_scopes = [
        ...previous_scopes,
        "admin",
        "admin.users:write",
        "channels:history",
        "groups:history",
        "im:history",
      ];
      stage.act(0, "app_installed", { on, details: { scopes: previous_scopes, bot_scopes: [] } });
      stage.act(240, "app_scopes_expanded", {
        on,
        details: { new_scopes, previous_scopes, granular_bot_token: true },
      });
      stage.act(250, "app_approved", {
        on,
        details: { new_scopes, app_previously_approved: true, reason: ["scopes"] },
      });
      stage.act(600, "app_resources_granted", {
        on,
        details: {
          permissions: [
            { resource: { type: "channel", grant: { type: "wildcard" } }, scopes: new_scopes },
          ],
        },
      });
    },
  },
  unknown_organization_invited: {
    offset: 2 * DAY + 16 * HOUR,
    actor: aMember,
    play: (stage) => {
      const on = at(stage.inventory.channels, 9);
      const details = {
        invite_id: "I07UNKNOWN",
        external_organization_id: "E07UNKNOWN0",
        external_organization_name: "Totally Legit Consulting",
        is_external_limited: false,
      };
      stage.act(0, "external_shared_channel_invite_created", { on, details });
      stage.act(2, "external_shared_channel_invite_sent", { on, details });
      stage.act(900, "external_shared_channel_invite_approved", { on, details });
      stage.act(1500, "external_shared_channel_invite_accepted", { on, details });
      stage.act(1501, "external_shared_channel_connected", { on, details });
      stage.act(2000, "connect_dm_invite_accepted", {
        details: { external_user_id: "U07UNKNOWN0", external_user_email: "x@legit.example" },
      });
    },
  },
  /** Sixty people lose their sessions within one second. */
  sessions_reset: {
    offset: 2 * DAY + 17 * HOUR,
    actor: anAdmin,
    play: (stage) => {
      stage.act(0, "bulk_session_reset_by_admin", { on: stage.inventory.enterprise });
      for (let i = 0; i < 60; i++) {
        stage.act(2, "user_session_reset_by_admin", {
          on: userEntity(at(stage.people.members, i % stage.people.members.length)),
          details: { mobile_only: false, web_only: false },
        });
      }
    },
  },
  /** On a Saturday, one protection after the other is turned off. */
  security_settings_changed: {
    offset: 5 * DAY + 4 * HOUR,
    actor: anOwner,
    play: (stage) => {
      const on = stage.inventory.enterprise;
      const changes: [action: string, now: unknown, before: unknown][] = [
        ["pref.dlp_access_changed", false, true],
        ["native_dlp_rule_deactivated", "inactive", "active"],
        [
          "pref.public_channel_retention_changed",
          { type: "DELETE", duration_days: 1 },
          { type: "KEEP" },
        ],
        [
          "pref.dm_retention_changed",
          { type: "DELETE", duration_days: 1 },
          { type: "KEEP", duration_days: null },
        ],
        ["pref.file_retention_changed", ["DELETE", 1], ["KEEP"]],
        ["pref.sso_setting_changed", "OPTIONAL", "REQUIRED"],
        ["pref.two_factor_auth_changed", null, "REQUIRED"],
        ["idp_prod_configuration_updated", "https://idp.unknown.example/saml", ""],
        ["ekm_logging_config_set", { enabled: false }, { enabled: true }],
        ["ekm_key_removed", null, "arn:aws:kms:us-east-1:111122223333:key/0001"],
        ["ekm_unenrolled", false, true],
        ["pref.disallow_public_file_urls", false, true],
        ["pref.app_whitelist_enabled", "FALSE", "TRUE"],
      ];
      for (const [i, [action, new_value, previous_value]] of changes.entries()) {
        stage.act(i * 95, action, { on, details: { new_value, previous_value } });
      }
      stage.act(changes.length * 95, "permissions_assigned", {
        on: stage.inventory.accountTypeRoles[0],
        details: { changed_permissions: ["files.download"], permissions_updated: true },
      });
    },
  },
  private_channel_made_public: {
    offset: 21 * HOUR,
    actor: anAdmin,
    play: (stage) => {
      const on = at(stage.inventory.channels, 6);
      stage.act(0, "private_channel_converted_to_public", { on });
      stage.act(30, "file_public_link_created", { on: stage.file() });
    },
  },
  evidence_released: {
    offset: 6 * DAY + 5 * HOUR,
    actor: anAdmin,
    play: (stage) => {
      stage.act(0, "legal_hold_policy_released", { on: stage.inventory.legalHoldPolicies[0] });
      stage.act(60, "barrier_deleted", {
        on: stage.inventory.barriers[0],
        details: { restricted_subjects: ["im", "mpim", "call"] },
      });
      stage.act(120, "audit_logs_export_csv_started", { on: stage.inventory.enterprise });
    },
  },
  /** A browser session continues in a script, on another network. */
  session_stolen: {
    offset: 4 * DAY + 14 * HOUR,
    actor: aMember,
    play: (stage) => {
      const { session } = stage.people.originAt(stage.actor, stage.start);
      const origin = { ...stage.stranger(0, SCRIPT_AGENTS.python), session };
      stage.act(0, "user_login");
      for (let i = 0; i < 40; i++) {
        stage.act(60 + i * 2, "public_channel_preview", {
          origin,
          on: at(stage.inventory.channels, i),
        });
      }
      stage.anomaly(170, ["session_fingerprint", "unexpected_user_agent"], origin);
      stage.anomaly(175, ["unexpected_scraping"], origin);
    },
  },
  ownership_transferred: {
    offset: 4 * DAY + 16 * HOUR,
    actor: anOwner,
    play: (stage) => {
      const heir = userEntity(stage.random.pick(stage.people.admins));
      stage.act(0, "owner_transferred", { on: heir });
      stage.act(5, "role_change_to_owner", { on: heir });
    },
  },
  /** Every reason that Slack has for an anomaly. */
  red_team_exercise: {
    offset: 3 * DAY + 12 * HOUR,
    actor: aMember,
    play: (stage) => {
      for (const [i, reason] of ANOMALY_REASONS.entries()) {
        stage.anomaly(i * 30, [reason], stage.stranger(i));
      }
    },
  },
} satisfies Record<string, Script>;

export type StoryName = keyof typeof SCRIPTS;

export const STORY_NAMES = Object.keys(SCRIPTS) as readonly StoryName[];

interface Act {
  /** The actor when absent. */
  on?: Entity | undefined;
  details?: unknown;
  /** Where the actor usually is when absent. */
  origin?: Origin;
  /** @default "actor" */
  by?: "actor" | "slack";
}

/** One story in progress: a start, a main actor, and the entries so far. */
class Stage {
  readonly people: People;
  readonly inventory: Inventory;
  readonly random: Random;
  readonly actor: Person;
  /** Epoch seconds. */
  readonly start: number;
  readonly entries: WireEntry[] = [];
  readonly #seed: number;
  readonly #firstIndex: number;

  constructor(
    setting: { seed: number; people: People; inventory: Inventory },
    script: Script,
    start: number,
    story: number,
  ) {
    this.#seed = setting.seed;
    this.#firstIndex = FIRST_INDEX + (story << 12);
    this.people = setting.people;
    this.inventory = setting.inventory;
    this.start = start;
    this.random = new Random().restart(mix(setting.seed, start, story));
    this.actor = script.actor(this.people, this.random);
  }

  /** Something happens `seconds` after the start. */
  act(seconds: number, action: string, { on, details, origin, by = "actor" }: Act = {}): void {
    const second = this.start + seconds;
    const isSlack = by === "slack";
    const actor = isSlack ? this.people.slackSecurity : this.actor;
    const index = this.#firstIndex + this.entries.length;
    const deed = {
      action,
      actor,
      entity: on ?? userEntity(actor),
      origin: isSlack ? this.people.slackOrigin() : (origin ?? this.people.originAt(actor, second)),
      location: this.inventory.enterprise,
      details: details === undefined ? undefined : toWireJson(details),
    };
    this.entries.push(entryOf(deed, uuidOf(this.#seed, second, index), second));
  }

  /** Slack notices, about 50 s after what it noticed. */
  anomaly(
    seconds: number,
    reasons: readonly (typeof ANOMALY_REASONS)[number][],
    origin?: Origin,
  ): void {
    const second = this.start + seconds;
    const scene = { ...this, epochSeconds: second };
    const details = JSON.parse(anomalyDetails(scene, this.actor, JSON.stringify(reasons)));
    this.act(seconds, "anomaly", { details, ...(origin === undefined ? {} : { origin }) });
  }

  /** A network that nobody in the organization uses otherwise. */
  stranger(network: number, ua: string = this.actor.desktopAgent): Origin {
    const draw = mix(this.#seed, this.start, network);
    return {
      ua,
      address: `198.19.${(draw + network) & 255}.${1 + ((draw >>> 8) % 254)}`,
      session: String(20_000_000_000_000 + draw),
    };
  }

  file(): Entity {
    return this.inventory.pickFile(this.random);
  }
}

/**
 * All stories of one week, in the order of their first entries.
 *
 * @param week - epoch seconds of its Monday, 00:00 UTC
 */
export function storiesOfWeek(
  setting: { seed: number; people: People; inventory: Inventory },
  week: number,
): Story[] {
  return STORY_NAMES.map((name, i) => {
    const script: Script = SCRIPTS[name];
    // Not on the full hour, but at the same time in every week: any seven days hold each story once.
    const start = week + script.offset + (mix(setting.seed, i, 6) % 1500);
    const stage = new Stage(setting, script, start, i);
    script.play(stage);
    const entries = stage.entries.toSorted((a, b) => a.dateCreate - b.dateCreate);
    return {
      name,
      actor: stage.actor,
      from: at(entries, 0).dateCreate,
      to: at(entries, entries.length - 1).dateCreate,
      entries,
    };
  }).toSorted((a, b) => a.from - b.from);
}
