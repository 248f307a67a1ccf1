import { toWireJson } from "../wire-json.ts";
import type { Entity } from "./inventory.ts";
import { formerColleague, type Person } from "./people.ts";
import { at, type Random } from "./random.ts";
import { type Deed, type Scene, userEntity } from "./scene.ts";

/** Slack's own list of anomaly reasons. */
export const ANOMALY_REASONS = [
  "asn",
  "excessive_downloads",
  "excessive_file_shares",
  "excessive_malware_uploads",
  "ip_address",
  "potential_spam",
  "search_volume",
  "session_fingerprint",
  "spoofed_user_agent",
  "tor",
  "unexpected_admin_action",
  "unexpected_api_call_volume",
  "unexpected_client",
  "unexpected_credential_testing",
  "unexpected_message_deletion",
  "unexpected_scraping",
  "unexpected_user_agent",
  "user_agent",
] as const;

/** One kind of everyday activity. */
interface Routine {
  /** Approximate number in 10,000 entries. */
  weight: number;
  action: string;
  /** @default "anyone" */
  by?: "anyone" | "admin" | "guest" | "bot" | "slack" | "nobody";
  /** The actor when absent. */
  on?: (scene: Scene, actor: Person) => Entity;
  /** JSON. */
  details?: (scene: Scene, actor: Person, entity: Entity) => string;
}

const someone = ({ people, random }: Scene): Entity => userEntity(random.pick(people.members));
const aLeaver = ({ people, random }: Scene): Entity =>
  userEntity(formerColleague(random.pick(people.members)));
const aGuest = ({ people, random }: Scene): Entity => userEntity(random.pick(people.guests));
const aFormerGuest = ({ people, random }: Scene): Entity =>
  userEntity(formerColleague(random.pick(people.guests)));
const aChannel = ({ inventory, random }: Scene): Entity => random.pick(inventory.channels);
const anApp = ({ inventory, random }: Scene): Entity => random.pick(inventory.apps);
const aFile = ({ inventory, random }: Scene): Entity => inventory.pickFile(random);
const aCanvas = ({ inventory, random }: Scene): Entity => random.pick(inventory.canvases);
const aList = ({ inventory, random }: Scene): Entity => random.pick(inventory.lists);
const aUsergroup = ({ inventory, random }: Scene): Entity => random.pick(inventory.usergroups);
const aWorkspace = ({ inventory, random }: Scene): Entity => random.pick(inventory.workspaces);
const theEnterprise = ({ inventory }: Scene): Entity => inventory.enterprise;
const aMessage = ({ inventory, random, epochSeconds }: Scene): Entity =>
  inventory.message(random, epochSeconds);
const anOpenHuddle = (scene: Scene, actor: Person): Entity =>
  scene.inventory.huddle(scene.random, scene.epochSeconds, [actor.id], false);

/** Slack writes the inviter in two shapes. */
function inviter({ people, random }: Scene): string {
  const person = random.pick(people.members);
  return random.chance(0.5) ? person.json : userEntity(person).json;
}

/** The value of a setting: of any type. */
function changed(
  ...choices: (readonly [now: unknown, before: unknown])[]
): (scene: Scene) => string {
  const texts = choices.map(([now, before]) =>
    toWireJson({ new_value: now, previous_value: before }),
  );
  return ({ random }) => random.pick(texts);
}

/** The ids as an array, or as a string that holds one. */
function succeededUsers({ people, random }: Scene): string {
  const ids = JSON.stringify([random.pick(people.members).id, random.pick(people.members).id]);
  return `{"succeeded_users":${random.chance(0.5) ? ids : JSON.stringify(ids)},"failed_users":[]}`;
}

/** An integer that a double cannot hold. */
function hugeInteger(random: Random): string {
  return `9${String(random.next()).padStart(10, "0")}${String(1 + 2 * random.below(4000)).padStart(7, "0")}`;
}

/**
 * What an anomaly says about the activity before it, about 50 s earlier.
 *
 * @param reasons - JSON
 */
export function anomalyDetails(
  { epochSeconds, random, people }: Scene,
  actor: Person,
  reasons: string,
): string {
  const micros = `${epochSeconds - 45 - random.below(10)}${String(random.below(1_000_000)).padStart(6, "0")}`;
  return `{"action_timestamp":${micros},"location":"Reno, Nevada","previous_ip_address":"${people.originAt(actor, epochSeconds - 86_400).address}","previous_ua":${actor.desktopAgent},"reason":${reasons},"ip_address_details":["cloud-asn"]}`;
}

/**
 * What an administrator rarely does, and what Slack rarely reports, has a weight below 1: of 1,000
 * people, about two install an app in a week, and one gets a system role.
 */
const ROUTINES: readonly Routine[] = [
  // Files: most of what an organization does.
  {
    weight: 2100,
    action: "file_downloaded",
    on: aFile,
    details: (_, { team }, { id }) =>
      `{"url_private":"https:\\/\\/files.slack.com\\/files-pri\\/${team}-${id}\\/download"}`,
  },
  { weight: 900, action: "file_uploaded", on: aFile },
  {
    weight: 500,
    action: "file_shared",
    on: aFile,
    details: ({ inventory, random }) =>
      `{"shared_with":{"channel_id":"${random.pick(inventory.channels).id}","access_level":"read"},"is_ext_shared":${random.chance(0.1)}}`,
  },
  { weight: 60, action: "file_deleted", on: aFile },
  { weight: 0.12, action: "file_public_link_created", on: aFile },
  { weight: 0.1, action: "file_public_link_revoked", on: aFile },
  { weight: 15, action: "file_downloaded_blocked", on: aFile },
  // Signing in and out.
  { weight: 900, action: "user_login" },
  { weight: 150, action: "user_logout" },
  { weight: 60, action: "user_login_failed" },
  { weight: 60, action: "user_session_invalidated", by: "slack", on: someone },
  { weight: 8, action: "user_password_reset_requested" },
  {
    weight: 0.3,
    action: "user_session_settings_changed",
    by: "admin",
    on: someone,
    details: () =>
      '{"mobile_only":false,"web_only":true,"duration":86400,"desktop_app_browser_quit":false}',
  },
  { weight: 40, action: "custom_tos_accepted" },
  { weight: 60, action: "user_added_reminder" },
  {
    weight: 20,
    action: "user_profile_updated",
    details: (_, { name }) =>
      toWireJson({
        previous_profile: { real_name: name, display_name: "" },
        new_profile: { real_name: name, display_name: `${name} (out of office 🏖)` },
      }),
  },
  { weight: 0.06, action: "user_email_updated", by: "admin", on: someone },
  // People coming, going, changing.
  { weight: 25, action: "user_created", by: "bot", on: someone },
  { weight: 12, action: "user_deactivated", by: "bot", on: aLeaver },
  { weight: 0.05, action: "user_reactivated", by: "admin", on: someone },
  { weight: 25, action: "user_joined_workspace", by: "bot", on: someone },
  {
    weight: 9,
    action: "guest_created",
    by: "admin",
    on: aGuest,
    details: ({ epochSeconds }) =>
      `{"expires_on":${epochSeconds + 90 * 86_400},"type":"single_channel"}`,
  },
  {
    weight: 4,
    action: "guest_expiration_set",
    by: "admin",
    on: aGuest,
    details: ({ epochSeconds }) => `{"expires_on":${epochSeconds + 30 * 86_400}}`,
  },
  { weight: 4, action: "guest_expired", by: "slack", on: aGuest },
  { weight: 3, action: "guest_deactivated", by: "admin", on: aFormerGuest },
  { weight: 0.03, action: "guest_reactivated", by: "admin", on: aGuest },
  { weight: 6, action: "guest_joined_workspace", by: "admin", on: aGuest },
  { weight: 0.05, action: "role_change_to_admin", by: "admin", on: someone },
  { weight: 0.05, action: "role_change_to_user", by: "admin", on: someone },
  { weight: 0.03, action: "role_change_to_guest", by: "admin", on: someone },
  // Channels.
  {
    weight: 1300,
    action: "user_channel_join",
    on: aChannel,
    details: (scene) =>
      scene.random.chance(0.6)
        ? `{"type":"INVITED","inviter":${inviter(scene)}}`
        : '{"type":"JOINED","inviter":null}',
  },
  {
    weight: 420,
    action: "user_channel_leave",
    on: aChannel,
    details: (scene) =>
      scene.random.chance(0.2) ? `{"type":"KICKED","kicker":${inviter(scene)}}` : '{"type":"LEFT"}',
  },
  { weight: 300, action: "public_channel_preview", on: aChannel },
  {
    weight: 40,
    action: "guest_channel_join",
    by: "guest",
    on: aChannel,
    details: (scene) => `{"type":"INVITED","inviter":${inviter(scene)}}`,
  },
  { weight: 20, action: "guest_channel_leave", by: "guest", on: aChannel },
  { weight: 60, action: "public_channel_created", on: aChannel },
  { weight: 80, action: "private_channel_created", on: aChannel },
  { weight: 25, action: "public_channel_archive", on: aChannel },
  { weight: 15, action: "private_channel_archive", on: aChannel },
  { weight: 2, action: "public_channel_deleted", by: "admin", on: aChannel },
  { weight: 5, action: "public_channel_converted_to_private", on: aChannel },
  {
    weight: 15,
    action: "channel_renamed",
    on: aChannel,
    details: ({ random }) => `{"name":"renommé-${random.below(1000)}"}`,
  },
  {
    weight: 6,
    action: "channel_workspaces_updated",
    by: "admin",
    on: aChannel,
    details: changed([["T1", "T2"], ["T1"]], [[], null]),
  },
  {
    weight: 4,
    action: "channel_posting_permissions_updated",
    by: "admin",
    on: aChannel,
    details: () =>
      '{"who_can_post":{"type":["admin"],"user":[]},"can_thread":{"type":["regular"],"user":[]}}',
  },
  {
    weight: 0.05,
    action: "channel_retention_changed",
    by: "admin",
    on: aChannel,
    details: () =>
      '{"old_retention_policy":{"type":"DELETE","duration_days":365},"new_retention_policy":{"type":"DELETE","duration_days":730}}',
  },
  { weight: 4, action: "channel_email_address_created", on: aChannel },
  {
    weight: 0.1,
    action: "external_shared_channel_invite_sent",
    on: aChannel,
    details: () =>
      '{"invite_id":"I07PARTNER","external_organization_id":"E07NORTHWIND","external_organization_name":"Northwind Traders","is_external_limited":true}',
  },
  {
    weight: 2,
    action: "external_shared_channel_disconnected",
    on: aChannel,
    details: () => '{"disconnecting_team":"E07NORTHWIND"}',
  },
  {
    weight: 6,
    action: "connect_dm_invite_generated",
    details: ({ random }) => `{"invite_id":"I07${random.below(100_000)}"}`,
  },
  {
    weight: 3,
    action: "connect_dm_invite_accepted",
    details: () =>
      '{"external_user_id":"U07EXTERNAL","external_user_email":"kim@northwind.example"}',
  },
  // Messages.
  { weight: 150, action: "message_tombstoned", on: aMessage },
  { weight: 12, action: "message_restored", on: aMessage },
  {
    weight: 8,
    action: "message_flagged",
    on: aMessage,
    details: () => '{"is_flagged":"true","reason":"harassment"}',
  },
  { weight: 4, action: "message_moderated", by: "admin", on: aMessage },
  { weight: 25, action: "private_message_forwarded", on: aMessage },
  { weight: 12, action: "message_activity_viewed", on: aMessage },
  // Canvases, lists, templates.
  { weight: 400, action: "canvas_opened", on: aCanvas },
  { weight: 250, action: "canvas_edited", on: aCanvas },
  { weight: 60, action: "canvas_created", on: aCanvas },
  {
    weight: 50,
    action: "canvas_shared",
    on: aCanvas,
    details: ({ inventory, random }) =>
      `{"channel":"${random.pick(inventory.channels).id}","access_level":"write","is_channel_canvas":false}`,
  },
  { weight: 12, action: "canvas_downloaded", on: aCanvas },
  {
    weight: 10,
    action: "canvas_access_upgraded",
    on: aCanvas,
    details: (scene) =>
      `{"entity_type":"user","target_user_id":"${scene.random.pick(scene.people.members).id}","access_level":"owner"}`,
  },
  { weight: 120, action: "list_opened", on: aList },
  {
    weight: 150,
    action: "list_cell_updated",
    on: aList,
    details: ({ random, epochSeconds }) =>
      `{"column_id":"Col${random.below(20)}","row_id":"Rec${random.below(5000)}","cell_date_updated":${epochSeconds}}`,
  },
  {
    weight: 50,
    action: "list_row_created",
    on: aList,
    details: ({ random }) => `{"row_id":"Rec${random.below(5000)}"}`,
  },
  { weight: 8, action: "list_created", on: aList },
  { weight: 5, action: "list_downloaded", on: aList },
  {
    weight: 4,
    action: "template_created",
    on: ({ inventory, random }) => random.pick(inventory.templates),
    details: () => '{"is_slack_provided_template":false,"template_title":"Project"}',
  },
  // Huddles.
  { weight: 120, action: "huddle_started", on: anOpenHuddle },
  {
    weight: 300,
    action: "huddle_participant_joined",
    on: anOpenHuddle,
    details: (_, { id }) => `{"user_id":"${id}"}`,
  },
  {
    weight: 280,
    action: "huddle_participant_left",
    on: anOpenHuddle,
    details: (_, { id }) => `{"user_id":"${id}"}`,
  },
  {
    weight: 110,
    action: "huddle_ended",
    on: ({ inventory, random, people, epochSeconds }, { id }) =>
      inventory.huddle(random, epochSeconds, [id, random.pick(people.members).id], true),
  },
  { weight: 60, action: "huddle_screenshare_on", on: anOpenHuddle },
  {
    weight: 20,
    action: "huddle_transcription_started",
    on: anOpenHuddle,
    details: (_, { id }) => `{"user_id":"${id}"}`,
  },
  // Assistants and tools.
  {
    weight: 120,
    action: "slack_ai_summary_requested",
    on: theEnterprise,
    details: () =>
      '{"agent_id":"USLACKBOT","files":[],"channels":[],"API":"ai.alpha.summarize.channel"}',
  },
  {
    weight: 90,
    action: "mcp_slack_search_public_tool_called",
    on: theEnterprise,
    details: ({ random }) =>
      `{"tool_name":"slack_search_public","arguments":{"query":"quarterly \\"revenue\\"","limit":20},"success":${random.chance(0.97)},"read_only":true}`,
  },
  {
    weight: 50,
    action: "mcp_slack_read_channel_tool_called",
    on: theEnterprise,
    details: ({ inventory, random }) =>
      `{"tool_name":"slack_read_channel","arguments":{"channel_id":"${random.pick(inventory.channels).id}"},"success":true,"argument_keys":["channel_id"]}`,
  },
  // Groups and roles.
  {
    weight: 60,
    action: "user_added_to_usergroup",
    by: "admin",
    on: aUsergroup,
    details: succeededUsers,
  },
  {
    weight: 25,
    action: "user_removed_from_usergroup",
    by: "admin",
    on: aUsergroup,
    details: succeededUsers,
  },
  { weight: 8, action: "usergroup_updated", by: "admin", on: aUsergroup },
  {
    weight: 2,
    action: "role_modified_on_usergroup",
    by: "admin",
    on: aUsergroup,
    details: () => '{"action":"grant"}',
  },
  {
    weight: 0.06,
    action: "role_assigned",
    by: "admin",
    on: ({ inventory, random }) => random.pick(inventory.roles),
    details: succeededUsers,
  },
  {
    weight: 0.1,
    action: "role_removed",
    by: "admin",
    on: ({ inventory, random }) => random.pick(inventory.roles),
    details: succeededUsers,
  },
  {
    weight: 0.05,
    action: "permissions_assigned",
    by: "admin",
    on: ({ inventory, random }) => random.pick(inventory.accountTypeRoles),
    details: () =>
      '{"changed_permissions":["channels.create","files.download"],"permissions_updated":true}',
  },
  {
    weight: 0.03,
    action: "barrier_updated",
    by: "admin",
    on: ({ inventory, random }) => random.pick(inventory.barriers),
    details: (_, __, { id }) =>
      `{"barrier_id":"${id}","barriered_from_usergroup_ids":[],"restricted_subjects":["im"]}`,
  },
  // Apps and workflows.
  {
    weight: 0.15,
    action: "app_installed",
    on: anApp,
    details: () =>
      '{"is_internal_integration":false,"scopes":["channels:read","chat:write"],"bot_scopes":["chat:write"],"app_owner_id":null,"granular_bot_token":true}',
  },
  { weight: 0.05, action: "app_uninstalled", by: "admin", on: anApp },
  {
    weight: 0.12,
    action: "app_approved",
    by: "admin",
    on: anApp,
    details: () =>
      '{"app_previously_approved":false,"new_scopes":["chat:write"],"old_scopes":[],"reason":"reviewed by security"}',
  },
  {
    weight: 0.05,
    action: "app_restricted",
    by: "admin",
    on: anApp,
    details: () => '{"reason":"no business need","app_previously_resolved":true}',
  },
  {
    weight: 0.1,
    action: "app_scopes_expanded",
    on: anApp,
    details: () =>
      '{"new_scopes":["chat:write","users:read"],"previous_scopes":["chat:write"],"granular_bot_token":true,"is_internal_integration":false,"is_token_rotation_enabled_app":false}',
  },
  {
    weight: 0.1,
    action: "app_resources_granted",
    on: anApp,
    details: ({ inventory, random }) =>
      `{"permissions":[{"resource":{"type":"channel","grant":{"type":"specific","resource_id":"${random.pick(inventory.channels).id}"}},"scopes":["channels:history"]}]}`,
  },
  {
    weight: 60,
    action: "app_datastore_updated",
    by: "bot",
    on: anApp,
    details: ({ random }) => `{"datastore_name":"counters","item_version":${hugeInteger(random)}}`,
  },
  { weight: 4, action: "app_manifest_updated", on: anApp },
  { weight: 5, action: "cli_login", on: theEnterprise },
  { weight: 3, action: "cli_app_deploy", on: anApp },
  {
    weight: 6,
    action: "workflow_created",
    on: ({ inventory, random }) => random.pick(inventory.workflows),
  },
  {
    weight: 6,
    action: "workflow_published",
    on: ({ inventory, random }) => random.pick(inventory.workflows),
  },
  {
    weight: 3,
    action: "workflow_responses_csv_download",
    on: ({ inventory, random }) => random.pick(inventory.workflows),
  },
  {
    weight: 6,
    action: "workflow_v2_published",
    on: ({ inventory, random }) => random.pick(inventory.workflowsV2),
  },
  {
    weight: 5,
    action: "workflow_trigger_permission_set",
    on: ({ inventory, random }) => random.pick(inventory.workflowsV2),
    details: (scene) =>
      `{"trigger_id":"Ft0${scene.random.below(1000)}","permission_type":"named_entities","user_ids":["${scene.random.pick(scene.people.members).id}"],"trigger_config":{"type":"shortcut","shared":null}}`,
  },
  {
    weight: 3,
    action: "function_distribution_permission_set",
    on: ({ inventory, random }) => random.pick(inventory.functions),
    details: () => '{"permission_type":"app_collaborators"}',
  },
  {
    weight: 60,
    action: "external_auth_oauth2_token_fetched",
    by: "bot",
    on: ({ inventory, random }) => random.pick(inventory.oauthTokens),
    details: () => '{"provider_key":"google","app_id":"A0717"}',
  },
  // Protecting data.
  {
    weight: 20,
    action: "native_dlp_rule_action_applied",
    by: "slack",
    on: aMessage,
    details: ({ random }) =>
      `{"action":"warn_user","violation_id":${hugeInteger(random)},"matched_rule":{"id":"DR01","title":"Card numbers","condition":{"datatype":"regex","operator":"matches","values":["\\\\b\\\\d{16}\\\\b"]}}}`,
  },
  {
    weight: 1,
    action: "legal_hold_policy_entities_added",
    by: "admin",
    on: ({ inventory, random }) => random.pick(inventory.legalHoldPolicies),
    details: (scene) => `{"entity_ids":["${scene.random.pick(scene.people.members).id}"]}`,
  },
  {
    weight: 10,
    action: "audit_logs_records_searched",
    by: "admin",
    on: theEnterprise,
    details: ({ epochSeconds }) =>
      `{"session_search_start":${epochSeconds - 86_400},"is_error":false}`,
  },
  {
    weight: 0.1,
    action: "anomaly",
    details: (scene, actor) => anomalyDetails(scene, actor, reasonsOf(scene.random)),
  },
  // Settings, of every type.
  {
    weight: 15,
    action: "emoji_added",
    on: theEnterprise,
    details: ({ random }) => `{"name":"party-${random.below(500)}"}`,
  },
  {
    weight: 0.05,
    action: "pref.who_can_manage_ext_shared_channels",
    by: "admin",
    on: theEnterprise,
    details: changed([
      { type: ["TOPLEVEL_ADMINS_AND_OWNERS_AND_SELECTED"] },
      { type: ["ORG_ADMINS_AND_OWNERS"] },
    ]),
  },
  {
    weight: 2,
    action: "pref.enterprise_default_channels",
    by: "admin",
    on: theEnterprise,
    details: changed([["C1", "C2"], []], [[], ["C1"]]),
  },
  {
    weight: 0.03,
    action: "pref.allow_message_deletion",
    by: "admin",
    on: aWorkspace,
    details: changed([true, false], [false, null]),
  },
  {
    weight: 2,
    action: "pref.username_policy",
    by: "admin",
    on: aWorkspace,
    details: changed(["OPTIONAL", "REQUIRED"], ["REQUIRED", ""]),
  },
  {
    weight: 2,
    action: "pref.dnd_start_hour",
    by: "admin",
    on: aWorkspace,
    details: changed(["22:00", null]),
  },
  {
    weight: 0.05,
    action: "pref.session_duration_changed",
    by: "admin",
    on: theEnterprise,
    details: changed(["86400", "0"]),
  },
  { weight: 1, action: "billing_address_added", by: "nobody", on: theEnterprise },
];

function reasonsOf(random: Random): string {
  const first = random.pick(ANOMALY_REASONS);
  const second = random.pick(ANOMALY_REASONS);
  return first === second || random.chance(0.5) ? `["${first}"]` : `["${first}","${second}"]`;
}

const TOTAL_WEIGHT = ROUTINES.reduce((sum, { weight }) => sum + weight, 0);

/** For a quick pick: slot `i` holds the routine at `i / length` of all weight, or the first of several. */
const SLOTS: readonly number[] = Array.from({ length: 4096 }, (_, slot) => {
  let index = 0;
  let left = (slot / 4096) * TOTAL_WEIGHT;
  while (left >= at(ROUTINES, index).weight) {
    left -= at(ROUTINES, index).weight;
    index += 1;
  }
  return index;
});

/** The cumulative weight at the end of each routine. */
const BOUNDS: readonly number[] = ROUTINES.reduce<number[]>((bounds, { weight }) => {
  bounds.push((bounds.at(-1) ?? 0) + weight);
  return bounds;
}, []);

/** An everyday activity, as likely as its weight. */
export function routineDeed(scene: Scene): Deed {
  const { random, people, inventory, epochSeconds } = scene;
  const draw = random.unit();
  let index = at(SLOTS, Math.floor(draw * SLOTS.length));
  while (draw * TOTAL_WEIGHT >= at(BOUNDS, index)) {
    index += 1;
  }
  const { action, by = "anyone", on, details } = at(ROUTINES, index);
  const actor = pickActor(by, scene);
  const entity = on?.(scene, actor) ?? userEntity(actor);
  const isBot = by === "bot";
  return {
    action,
    actor,
    entity,
    origin: isBot
      ? people.botOrigin(actor)
      : by === "slack" || by === "nobody"
        ? people.slackOrigin()
        : people.originAt(actor, epochSeconds),
    location: random.chance(0.4) ? inventory.enterprise : random.pick(inventory.workspaces),
    app: isBot ? at(inventory.apps, actor.index % inventory.apps.length) : undefined,
    details: details?.(scene, actor, entity),
  };
}

function pickActor(by: NonNullable<Routine["by"]>, scene: Scene): Person {
  const { random, people, epochSeconds } = scene;
  switch (by) {
    case "anyone":
      return people.pickActive(random, epochSeconds);
    case "admin":
      return random.pick(people.admins);
    case "guest":
      return random.pick(people.guests);
    case "bot":
      return random.pick(people.bots);
    case "slack":
      return people.slackSecurity;
    case "nobody":
      return people.nobody;
  }
}
