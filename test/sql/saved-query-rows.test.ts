import { describe, expect, it } from "vitest";
import { type EntryFields, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { openLake } from "../../lib/local/lake-database.ts";
import { encodeManifest, type ManifestHour } from "../../lib/seal/manifest.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";
import { makeHour, makeManifest } from "../seal/make-manifest.ts";
import { sealDays } from "../seal/sealed-archive.ts";
import {
  makeDirectory,
  openLakeOf,
  openLakeOfLines,
  openLakeOfObject,
  writeArchive,
} from "./open-lake-of.ts";

const MARCH = { from_day: "2026-03-01", to_day: "2026-03-31" };

const ADA = { id: "U1", name: "Ada", email: "ada@example.com" };
const BOB = { id: "U2", name: "Bob", email: "bob@example.com" };
const EVE = { id: "U3", name: "Eve", email: "eve@example.com" };

type Actor = typeof ADA;

/** An entry in March 2026. @param time - `DD HH:MM:SS`, UTC */
function entry(time: string, actor: Actor, action: string, fields: EntryFields = {}): WireEntry {
  const dateCreate = Date.parse(`2026-03-${time.replace(" ", "T")}Z`) / 1000;
  return makeEntry({ dateCreate, actor, action, ...fields });
}

function user(person: Actor): EntryFields {
  return { entity: { type: "user", user: person } };
}

function file(id: string): EntryFields {
  return { entity: { type: "file", file: { id, name: `${id}.pdf` } } };
}

function from(ip_address: string, ua = "Slack/4.1 Chrome/1", session_id: unknown = 1): EntryFields {
  return { context: { ip_address, ua, session_id } };
}

/** What a saved query says of these entries: these columns of every row. */
async function ask(
  name: string,
  columns: readonly string[],
  entries: readonly WireEntry[],
  values: Record<string, string> = {},
): Promise<unknown[][]> {
  const lake = await openLakeOf(...entries);
  const sql = SAVED_QUERIES.get(name)?.sql({ ...MARCH, ...values }) ?? "";
  const result = await lake.query(sql);
  const indexes = columns.map((column) => result.columns.indexOf(column));
  expect(indexes, `columns of ${name}`).not.toContain(-1);
  return result.rows.map((row) => indexes.map((index) => row[index]));
}

/** Seal a day in which nothing happened, but for these hours. */
async function writeManifestOf(
  day: string,
  store: DirectoryArchiveStore,
  changes: Record<number, Partial<ManifestHour>>,
): Promise<void> {
  const hours = makeManifest().hours.map(({ hour }) => ({ ...makeHour(hour), ...changes[hour] }));
  const total = (name: "listed" | "archived" | "only_in_archive" | "twice") =>
    hours.reduce((sum, hour) => sum + hour[name], 0);
  await store.put(
    manifestKey("slack", day),
    encodeManifest({
      ...makeManifest({ source: "slack", day, hours }),
      listed: total("listed"),
      archived: total("archived"),
      only_in_archive: total("only_in_archive"),
      twice: total("twice"),
    }),
  );
}

describe("saved queries", () => {
  it("logins: counts by user, address and client", async () => {
    const rows = await ask(
      "logins",
      ["actor_email", "ip_address", "user_agent", "logins", "first_login", "last_login"],
      [
        entry("02 09:00:00", ADA, "user_login", from("192.0.2.1", "A")),
        entry("03 09:00:00", ADA, "user_login", from("192.0.2.1", "A")),
        entry("03 10:00:00", ADA, "user_login", from("192.0.2.1", "B")),
        entry("03 11:00:00", ADA, "user_logout", from("192.0.2.1", "B")),
        entry("03 12:00:00", BOB, "user_login", from("192.0.2.1", "A")),
      ],
    );

    expect(rows).toEqual([
      [ADA.email, "192.0.2.1", "A", 2, "2026-03-02 09:00:00", "2026-03-03 09:00:00"],
      [ADA.email, "192.0.2.1", "B", 1, "2026-03-03 10:00:00", "2026-03-03 10:00:00"],
      [BOB.email, "192.0.2.1", "A", 1, "2026-03-03 12:00:00", "2026-03-03 12:00:00"],
    ]);
  });

  it("new-addresses-and-clients: names what a known user used for the first time", async () => {
    const rows = await ask(
      "new-addresses-and-clients",
      ["first_seen", "actor_email", "kind", "value", "entries"],
      [
        entry("02 09:00:00", ADA, "user_login", from("192.0.2.1", "Slack/4.1")),
        entry("20 09:00:00", ADA, "user_login", from("192.0.2.1", "Slack/4.2.7")),
        entry("20 10:00:00", ADA, "user_login", from("198.51.100.7", "curl/8")),
        entry("20 10:00:01", ADA, "file_downloaded", from("198.51.100.7", "curl/8")),
        entry("20 11:00:00", BOB, "user_login", from("198.51.100.8", "curl/8")),
        entry("20 12:00:00", ADA, "user_login", from("", "")),
        entry("20 12:30:00", ADA, "user_login", from("192.0.2.99", "Slack/4.3")),
      ],
      { new_since: "2026-03-15" },
    );

    expect(rows).toEqual([
      ["2026-03-20 10:00:00", ADA.email, "address", "198.51.100.7", 2],
      ["2026-03-20 10:00:00", ADA.email, "client", "curl/#", 2],
      ["2026-03-20 10:00:00", ADA.email, "network", "198.51.100", 2],
      ["2026-03-20 12:30:00", ADA.email, "address", "192.0.2.99", 1],
    ]);
  });

  it("several-networks: finds who jumps, not who has a phone and a desk", async () => {
    const rows = await ask(
      "several-networks",
      ["actor_email", "from_time", "networks", "moves", "fastest_seconds", "addresses"],
      [
        entry("02 09:00:00", ADA, "user_login", from("192.0.2.1")),
        entry("02 09:01:00", ADA, "user_login", from("198.51.100.1")),
        entry("02 09:01:30", ADA, "user_login", from("2001:db8:1::1")),
        entry("02 09:02:00", ADA, "user_login", from("203.0.113.1")),
        entry("02 09:00:00", BOB, "user_login", from("192.0.2.2")),
        entry("02 09:01:00", BOB, "user_login", from("198.51.100.2")),
        entry("02 09:02:00", BOB, "user_login", from("192.0.2.3")),
        entry("02 09:00:00", EVE, "user_login", from("192.0.2.4")),
        entry("02 10:00:00", EVE, "user_login", from("198.51.100.4")),
        entry("02 11:00:00", EVE, "user_login", from("203.0.113.4")),
        entry("02 12:00:00", EVE, "user_login", from("not an address")),
      ],
    );

    expect(rows).toEqual([
      [
        ADA.email,
        "2026-03-02 09:00:00",
        4,
        3,
        30,
        "192.0.2.1, 198.51.100.1, 2001:db8:1::1, 203.0.113.1",
      ],
    ]);
  });

  it("several-networks: counts the network that a chain begins with, of each chain", async () => {
    const chain = (hour: string) =>
      [0, 1, 2].map((i) => entry(`02 ${hour}:0${i}:00`, ADA, "user_login", from(`203.0.${i}.1`)));
    const rows = await ask(
      "several-networks",
      ["from_time", "to_time", "networks", "moves", "addresses"],
      [...chain("09"), ...chain("11")],
    );

    expect(rows).toEqual(
      ["09", "11"].map((hour) => [
        `2026-03-02 ${hour}:00:00`,
        `2026-03-02 ${hour}:02:00`,
        3,
        2,
        "203.0.0.1, 203.0.1.1, 203.0.2.1",
      ]),
    );
  });

  it("failed-logins-and-session-resets: counts them by account", async () => {
    const rows = await ask(
      "failed-logins-and-session-resets",
      ["account", "action", "times", "addresses", "actors"],
      [
        entry("02 09:00:00", ADA, "user_login_failed", { ...user(ADA), ...from("192.0.2.1") }),
        entry("02 09:00:01", ADA, "user_login_failed", { ...user(ADA), ...from("192.0.2.2") }),
        entry("02 09:00:02", ADA, "user_login", user(ADA)),
        entry("02 10:00:00", BOB, "user_session_reset_by_admin", user(ADA)),
        entry("02 10:00:01", EVE, "user_session_reset_by_admin", user(ADA)),
      ],
    );

    expect(rows).toEqual([
      [ADA.email, "user_login_failed", 2, 2, ADA.email],
      [ADA.email, "user_session_reset_by_admin", 2, 1, `${BOB.email}, ${EVE.email}`],
    ]);
  });

  it("login-after-failures: finds the login that followed the failures", async () => {
    const failed = (second: number, actor: Actor, address: string) =>
      entry(`02 09:00:0${second}`, actor, "user_login_failed", from(address));
    const rows = await ask(
      "login-after-failures",
      ["actor_email", "ip_address", "login", "failures_before", "seconds_of_trying"],
      [
        ...[0, 1, 2].map((second) => failed(second, ADA, "192.0.2.1")),
        entry("02 09:01:00", ADA, "user_login", from("192.0.2.1")),
        entry("02 09:02:00", ADA, "user_login", from("192.0.2.9")),
        ...[0, 1].map((second) => failed(second, BOB, "192.0.2.1")),
        entry("02 09:01:00", BOB, "user_login", from("192.0.2.1")),
        ...[3, 4, 5].map((second) => failed(second, EVE, "192.0.2.1")),
        entry("02 08:00:00", EVE, "user_login", from("192.0.2.1")),
      ],
      { failures: "3" },
    );

    expect(rows).toEqual([[ADA.email, "192.0.2.1", "2026-03-02 09:01:00", 3, 60]]);
  });

  it("login-after-failures: counts the failures of 24 hours, across midnight", async () => {
    const failed = (time: string, actor: Actor) =>
      entry(time, actor, "user_login_failed", from("192.0.2.1"));
    const rows = await ask(
      "login-after-failures",
      ["actor_email", "login", "failures_before", "seconds_of_trying"],
      [
        entry("02 20:00:00", ADA, "user_login", from("192.0.2.1")),
        failed("02 23:59:00", ADA),
        failed("03 00:00:00", ADA),
        entry("03 00:01:00", ADA, "user_login", from("192.0.2.1")),
        failed("02 23:59:00", BOB),
        failed("03 23:59:00", BOB),
        entry("03 23:59:01", BOB, "user_login", from("192.0.2.1")),
      ],
      { failures: "2" },
    );

    expect(rows).toEqual([[ADA.email, "2026-03-03 00:01:00", 2, 120]]);
  });

  it("stolen-sessions: finds the session whose client changed by more than its version", async () => {
    const rows = await ask(
      "stolen-sessions",
      ["actor_email", "session_id", "clients", "addresses", "entries", "client_names"],
      [
        entry("02 09:00:00", ADA, "user_login", from("192.0.2.1", "Slack/4.1", 20_000_000_000_001)),
        entry(
          "02 09:01:00",
          ADA,
          "file_downloaded",
          from("198.51.100.1", "python/3", 20_000_000_000_001),
        ),
        entry("02 09:00:00", BOB, "user_login", from("192.0.2.1", "Slack/4.1", 20_000_000_000_002)),
        entry("03 09:00:00", BOB, "user_login", from("192.0.2.2", "Slack/4.2", 20_000_000_000_002)),
        entry("02 09:00:00", EVE, "user_login", from("192.0.2.1", "Slack/4.1", null)),
        entry("02 09:01:00", EVE, "user_login", from("192.0.2.1", "curl/8", null)),
      ],
    );

    expect(rows).toEqual([[ADA.email, "20000000000001", 2, 2, 2, "Slack/#; python/#"]]);
  });

  it("stolen-sessions: takes one iPhone for one client, whichever of its programs speaks", async () => {
    const phone = (program: string) =>
      from("192.0.2.1", `com.tinyspeck.${program}/26.08.30 (iPhone; iOS 26.5; Scale/3.00)`, 7);
    const rows = await ask(
      "stolen-sessions",
      ["session_id"],
      [
        entry("02 09:00:00", ADA, "file_downloaded", phone("chatlyio")),
        entry("02 09:01:00", ADA, "file_downloaded", phone("chatlyio.NotificationService")),
      ],
    );

    expect(rows).toEqual([]);
  });

  it.each([
    ["several-networks", "networks", 4],
    ["new-addresses-and-clients", "entries", 1],
  ])(
    "%s: accuses nobody of another's address, and misses no own one",
    async (name, column, own) => {
      const elsewhere = (action: string) => [
        entry("20 09:00:10", ADA, action, from("198.51.100.1", "OKTA CPC Slack Integration", null)),
        entry("20 09:00:20", ADA, action, from("203.0.113.1", "Amazon SNS Agent", null)),
        entry("20 09:00:30", ADA, action, from("203.0.114.1", "curl/8", null)),
      ];
      const atHerDesk = [
        entry("02 09:00:00", ADA, "user_login", from("192.0.2.1")),
        entry("20 09:00:00", ADA, "file_downloaded", from("192.0.2.1")),
      ];
      const foreign = ["user_channel_join", "huddle_ended", "user_removed_from_usergroup"];
      const values: Record<string, string> =
        name === "several-networks" ? {} : { new_since: "2026-03-15" };

      expect(
        await ask(name, [column], [...atHerDesk, ...foreign.flatMap(elsewhere)], values),
      ).toEqual([]);
      const rows = await ask(
        name,
        [column],
        [...atHerDesk, ...elsewhere("file_downloaded")],
        values,
      );
      expect(rows[0]).toEqual([own]);
    },
  );

  it("activity-after-deactivation: leaves out what the identity provider does for the leaver", async () => {
    const okta = from("203.0.113.131", "OKTA CPC Slack Integration", null);
    const rows = await ask(
      "activity-after-deactivation",
      ["account_id", "entries_after", "actions"],
      [
        entry("03 09:00:00", ADA, "user_deactivated", { ...user(EVE), ...okta }),
        entry("03 09:00:02", EVE, "user_removed_from_usergroup", okta),
        entry("03 09:00:03", EVE, "app_uninstalled", okta),
        entry("03 09:00:04", EVE, "huddle_ended", from("203.0.113.235", "Amazon SNS Agent", null)),
        entry("03 09:00:00", ADA, "user_deactivated", { ...user(BOB), ...okta }),
        entry("03 09:00:05", BOB, "file_downloaded", from("198.51.100.7", "curl/8", null)),
        entry("03 11:00:00", BOB, "channel_renamed", okta),
      ],
    );

    expect(rows).toEqual([["U2", 2, "channel_renamed, file_downloaded"]]);
  });

  it("anomalies-by-reason: counts an anomaly under each of its reasons", async () => {
    const anomaly = (time: string, actor: Actor, details?: unknown) =>
      entry(time, actor, "anomaly", { details });
    const rows = await ask(
      "anomalies-by-reason",
      ["reason", "anomalies", "users"],
      [
        anomaly("02 09:00:00", ADA, { reason: ["asn", "ip_address"] }),
        anomaly("02 09:01:00", BOB, { reason: ["asn"] }),
        anomaly("02 09:02:00", BOB, { reason: "asn" }),
        anomaly("02 09:03:00", BOB, { reason: [] }),
        anomaly("02 09:04:00", BOB),
      ],
    );

    expect(rows).toEqual([
      ["asn", 3, 2],
      ["(none given)", 2, 1],
      ["ip_address", 1, 1],
    ]);
  });

  it("admin-and-role-grants: lists who gave whom what", async () => {
    const role = { entity: { type: "role", role: { id: "Rl1", name: "dlp_admin" } } };
    const rows = await ask(
      "admin-and-role-grants",
      ["action", "actor_email", "granted_to", "role", "over_what"],
      [
        entry("02 09:00:00", ADA, "role_change_to_admin", user(BOB)),
        entry("02 09:01:00", ADA, "role_assigned", {
          ...role,
          details: { succeeded_users: '["U2"]' },
        }),
        entry("02 09:02:00", ADA, "role_assigned", {
          ...role,
          details: { succeeded_users: ["U3"] },
        }),
        entry("02 09:03:00", ADA, "role_change_to_user", user(BOB)),
        // A role over a channel: to its creator, as Slack writes with each private channel, and to others.
        ...["U1", "U3"].map((target_user, i) =>
          entry(`02 09:04:0${i}`, ADA, "role_assigned", {
            ...role,
            details: { target_user, target_entity: "C0DEALS001" },
          }),
        ),
        ...["U2", "U3"].map((target_user, i) =>
          entry(`02 09:05:0${i}`, ADA, "role_assigned", {
            ...role,
            details: { target_user, target_entity: "E1" },
          }),
        ),
      ],
    );

    expect(rows).toEqual([
      ["role_change_to_admin", ADA.email, BOB.email, null, null],
      ["role_assigned", ADA.email, '["U2"]', "dlp_admin", null],
      ["role_assigned", ADA.email, '["U3"]', "dlp_admin", null],
      ["role_assigned", ADA.email, "U3", "dlp_admin", "C0DEALS001"],
      ["role_assigned", ADA.email, "U2", "dlp_admin", "E1"],
      ["role_assigned", ADA.email, "U3", "dlp_admin", "E1"],
    ]);
  });

  it("apps-and-scopes: tells the new scopes from the old", async () => {
    const app = (scopes: string[]) => ({
      entity: { type: "app", app: { id: "A1", name: "Sync", scopes } },
    });
    const rows = await ask(
      "apps-and-scopes",
      ["action", "app", "app_id", "actor_email", "new_scopes"],
      [
        entry("02 09:00:00", ADA, "app_installed", app(["users:read", "chat:write"])),
        entry("02 09:01:00", ADA, "app_scopes_expanded", {
          ...app([]),
          details: {
            new_scopes: ["users:read", "admin", "im:history"],
            previous_scopes: ["users:read"],
          },
        }),
        entry("02 09:02:00", ADA, "app_approved", { ...app([]), details: { new_scopes: [] } }),
        entry("02 09:02:30", ADA, "app_resources_granted", app(["users:read"])),
        entry("02 09:03:00", ADA, "app_uninstalled", app(["users:read"])),
        entry("02 09:04:00", ADA, "org_app_upgraded_to_org_install", {
          entity: {
            type: "app",
            app: {
              id: "A1",
              name: "Sync",
              scopes: ["admin.users:write"],
              bot_scopes: ["chat:write"],
            },
          },
        }),
        entry("02 09:05:00", ADA, "org_app_workspace_added", {
          ...app(["admin", "auditlogs:read"]),
          details: { bot_scopes: ["commands"] },
        }),
      ],
    );

    expect(rows).toEqual([
      ["app_installed", "Sync", "A1", ADA.email, "chat:write, users:read"],
      ["app_scopes_expanded", "Sync", "A1", ADA.email, "admin, im:history"],
      ["app_approved", "Sync", "A1", ADA.email, ""],
      ["app_resources_granted", "Sync", "A1", ADA.email, null],
      ["org_app_upgraded_to_org_install", "Sync", "A1", ADA.email, "admin.users:write, chat:write"],
      ["org_app_workspace_added", "Sync", "A1", ADA.email, "admin, auditlogs:read, commands"],
    ]);
  });

  it("apps-and-scopes: lists no expansion in which no scope is new", async () => {
    const expanded = (second: number, details: unknown) =>
      entry(`02 09:00:0${second}`, ADA, "app_scopes_expanded", { details });
    const rows = await ask(
      "apps-and-scopes",
      ["event_time", "new_scopes"],
      [
        expanded(0, { new_scopes: ["a", "b"], previous_scopes: ["b", "a"] }),
        expanded(1, { new_scopes: ["a"], previous_scopes: ["b", "a"] }),
        expanded(2, { new_scopes: [], previous_scopes: ["a"] }),
        expanded(3, { scopes: ["a"], old_scopes: ["a"] }),
        expanded(4, { new_scopes: ["c", "a"], previous_scopes: ["b", "a"] }),
        expanded(5, {}),
      ],
    );

    expect(rows).toEqual([
      ["2026-03-02 09:00:04", "c"],
      ["2026-03-02 09:00:05", null],
    ]);
  });

  it("external-sharing: names the outsider", async () => {
    const channel = { entity: { type: "channel", channel: { id: "C1", name: "plans" } } };
    const rows = await ask(
      "external-sharing",
      ["action", "shared", "outsider"],
      [
        entry("02 09:00:00", ADA, "external_shared_channel_invite_sent", {
          ...channel,
          details: { external_organization_name: "Legit Ltd", external_organization_id: "E9" },
        }),
        entry("02 09:01:00", ADA, "external_shared_channel_connected", {
          ...channel,
          details: { external_organization_id: "E9" },
        }),
        entry("02 09:02:00", ADA, "connect_dm_invite_accepted", {
          ...user(ADA),
          details: { external_user_email: "x@legit.example" },
        }),
        entry("02 09:03:00", ADA, "file_public_link_created", file("F1")),
        entry("02 09:04:00", ADA, "file_shared", file("F1")),
        entry("02 09:05:00", ADA, "file_shared", {
          ...file("F2"),
          details: { is_ext_shared: true, teams_shared_with: ["T9EXT"] },
        }),
        entry("02 09:06:00", ADA, "file_shared", {
          ...file("F3"),
          details: { is_ext_shared: false },
        }),
      ],
    );

    expect(rows).toEqual([
      ["external_shared_channel_invite_sent", "plans", "Legit Ltd"],
      ["external_shared_channel_connected", "plans", "E9"],
      ["connect_dm_invite_accepted", "Ada", "x@legit.example"],
      ["file_public_link_created", "F1.pdf", null],
      ["file_shared", "F2.pdf", '["T9EXT"]'],
    ]);
  });

  it("channels-opened: lists conversions to public, not to private", async () => {
    const channel = { entity: { type: "channel", channel: { id: "C1", name: "board" } } };
    const rows = await ask(
      "channels-opened",
      ["action", "channel", "channel_id", "actor_email"],
      [
        entry("02 09:00:00", ADA, "private_channel_converted_to_public", channel),
        entry("02 09:01:00", ADA, "public_channel_converted_to_private", channel),
      ],
    );

    expect(rows).toEqual([["private_channel_converted_to_public", "board", "C1", ADA.email]]);
  });

  it("downloads-by-volume: counts by user and hour", async () => {
    const rows = await ask(
      "downloads-by-volume",
      ["actor_email", "hour_start", "downloads", "files"],
      [
        entry("02 09:00:00", ADA, "file_downloaded", file("F1")),
        entry("02 09:30:00", ADA, "file_downloaded", file("F1")),
        entry("02 09:59:59", ADA, "canvas_downloaded", file("F2")),
        entry("02 10:00:00", ADA, "file_downloaded", file("F3")),
        entry("02 09:00:00", BOB, "file_downloaded", file("F1")),
        entry("02 09:00:01", BOB, "file_downloaded", file("F2")),
        entry("02 09:00:02", EVE, "file_uploaded", file("F2")),
      ],
      { minimum: "2" },
    );

    expect(rows).toEqual([
      [ADA.email, "2026-03-02 09:00:00", 3, 2],
      [BOB.email, "2026-03-02 09:00:00", 2, 2],
    ]);
  });

  it("malware-spread: follows a malicious file, and no other", async () => {
    const rows = await ask(
      "malware-spread",
      ["file_id", "action", "actor_email"],
      [
        entry("02 09:00:00", ADA, "file_uploaded", file("F1")),
        entry("02 09:00:04", ADA, "file_malicious_content_detected", file("F1")),
        entry("02 09:01:00", BOB, "file_downloaded", file("F1")),
        entry("02 09:02:00", BOB, "file_downloaded", file("F2")),
      ],
    );

    expect(rows).toEqual([
      ["F1", "file_uploaded", ADA.email],
      ["F1", "file_malicious_content_detected", ADA.email],
      ["F1", "file_downloaded", BOB.email],
    ]);
  });

  it("exports: lists every kind", async () => {
    const rows = await ask(
      "exports",
      ["action", "actor_email", "export_type"],
      [
        entry("02 09:00:00", ADA, "manual_export_started", {
          details: { export_type: "ENTIRE_ORG" },
        }),
        entry("02 09:01:00", ADA, "audit_logs_export_csv_started"),
        entry("02 09:02:00", ADA, "workflow_responses_csv_download"),
        entry("02 09:03:00", ADA, "file_downloaded"),
      ],
    );

    expect(rows).toEqual([
      ["manual_export_started", ADA.email, "ENTIRE_ORG"],
      ["audit_logs_export_csv_started", ADA.email, null],
      ["workflow_responses_csv_download", ADA.email, null],
    ]);
  });

  it("security-settings-changed: shows old and new, of any type", async () => {
    const changed = (action: string, previous_value: unknown, new_value: unknown) =>
      entry("02 09:00:00", ADA, action, { details: { previous_value, new_value } });
    const rows = await ask(
      "security-settings-changed",
      ["action", "previous_value", "new_value"],
      [
        changed("pref.two_factor_auth_changed", "REQUIRED", "OFF"),
        changed("pref.dlp_access_changed", true, false),
        changed("pref.dm_retention_changed", { type: "KEEP" }, ["DELETE", 1]),
        changed("ekm_key_removed", "arn:1", null),
        changed("ip_allowlist_disabled", true, false),
        changed("native_dlp_rule_deactivated", "active", "inactive"),
        changed("native_dlp_rule_action_applied", 1, 2),
        changed("pref.dm_retention_redaction_duration", 0, 1),
        changed("pref.public_record_channel_redaction_duration_changed", 0, 1),
        entry("02 09:00:00", ADA, "channel_retention_changed", {
          details: {
            new_retention_policy: { type: "custom" },
            old_retention_policy: { type: "keep" },
          },
        }),
        changed("ip_allowlist_access_denied", 1, 2),
        changed("pref.dnd_start_hour", "22:00", "23:00"),
      ],
    );

    expect(rows.toSorted()).toEqual([
      ["channel_retention_changed", '{"type":"keep"}', '{"type":"custom"}'],
      ["ekm_key_removed", "arn:1", "null"],
      ["ip_allowlist_disabled", "true", "false"],
      ["native_dlp_rule_deactivated", "active", "inactive"],
      ["pref.dlp_access_changed", "true", "false"],
      ["pref.dm_retention_changed", '{"type":"KEEP"}', '["DELETE",1]'],
      ["pref.dm_retention_redaction_duration", "0", "1"],
      ["pref.public_record_channel_redaction_duration_changed", "0", "1"],
      ["pref.two_factor_auth_changed", "REQUIRED", "OFF"],
    ]);
  });

  it("guest-accounts: tells one guest's story in a row", async () => {
    const channel = (id: string) => ({ entity: { type: "channel", channel: { id } } });
    const rows = await ask(
      "guest-accounts",
      ["guest", "guest_id", "became_guest", "let_in_by", "channels_joined", "ended"],
      [
        entry("02 09:00:00", ADA, "guest_created", user(EVE)),
        entry("02 10:00:00", EVE, "guest_channel_join", channel("C1")),
        entry("02 11:00:00", EVE, "guest_channel_join", channel("C2")),
        entry("02 12:00:00", EVE, "guest_channel_join", channel("C2")),
        entry("09 09:00:00", ADA, "guest_deactivated", user(EVE)),
        entry("03 09:00:00", ADA, "role_change_to_guest", user(BOB)),
      ],
    );

    expect(rows).toEqual([
      [EVE.email, "U3", "2026-03-02 09:00:00", ADA.email, 2, "2026-03-09 09:00:00"],
      [BOB.email, "U2", "2026-03-03 09:00:00", ADA.email, 0, null],
    ]);
  });

  it("activity-after-deactivation: takes no sign-out for activity", async () => {
    const rows = await ask(
      "activity-after-deactivation",
      ["account_id"],
      [
        entry("03 09:00:00", EVE, "user_deactivated", user(EVE)),
        entry("03 09:00:30", EVE, "user_logout"),
      ],
    );

    expect(rows).toEqual([]);
  });

  it("activity-after-deactivation: sees what came after, not what came after a return", async () => {
    const rows = await ask(
      "activity-after-deactivation",
      ["account", "account_id", "deactivated", "entries_after", "actions"],
      [
        entry("02 09:00:00", EVE, "user_login"),
        entry("03 09:00:00", ADA, "user_deactivated", user(EVE)),
        entry("04 09:00:00", EVE, "user_login"),
        entry("04 09:01:00", EVE, "file_downloaded", file("F1")),
        entry("03 09:00:00", ADA, "user_deactivated", user(BOB)),
        entry("04 09:00:00", ADA, "user_reactivated", user(BOB)),
        entry("05 09:00:00", BOB, "user_login"),
      ],
    );

    expect(rows).toEqual([
      [EVE.email, "U3", "2026-03-03 09:00:00", 2, "file_downloaded, user_login"],
    ]);
  });

  it("ai-tool-use: counts by tool", async () => {
    const call = (time: string, action: string, details: unknown) =>
      entry(time, ADA, action, { details });
    const rows = await ask(
      "ai-tool-use",
      ["action", "actor_email", "assistant", "tool", "times"],
      [
        call("02 09:00:00", "mcp_slack_read_channel_tool_called", {
          tool_name: "slack_read_channel",
        }),
        call("02 09:01:00", "mcp_slack_read_channel_tool_called", {
          tool_name: "slack_read_channel",
        }),
        call("02 09:02:00", "slack_ai_summary_requested", {
          agent_id: "USLACKBOT",
          API: "ai.summarize",
        }),
        call("02 09:03:00", "pref.allow_slack_ai_changed", {}),
        entry("02 09:04:00", BOB, "mcp_slack_send_message_tool_called", {
          context: { app: { id: "A1", name: "Helper" }, session_id: null },
          details: { tool: "slack_send_message", arguments: { channel_id: "D1" } },
        }),
      ],
    );

    expect(rows).toEqual([
      ["mcp_slack_read_channel_tool_called", ADA.email, null, "slack_read_channel", 2],
      ["mcp_slack_send_message_tool_called", BOB.email, "Helper", "slack_send_message", 1],
      ["slack_ai_summary_requested", ADA.email, "USLACKBOT", "ai.summarize", 1],
    ]);
  });

  it.each([
    ["settings-changed", ["pref.dnd_enabled", "channel_restrict_guests_updated"], ["user_login"]],
    [
      "app-changes",
      ["app_manifest_updated", "cli_app_deploy", "salesforce_org_upserted"],
      ["app_installed"],
    ],
    [
      "workflow-changes",
      ["workflow_v2_published", "function_distribution_permission_set"],
      ["workflow_responses_csv_download"],
    ],
    [
      "account-changes",
      ["user_created", "user_added_to_usergroup", "email_change_confirmed"],
      ["user_login", "user_added_reminder"],
    ],
  ])("%s: lists %s, and not %s", async (name, listed, others) => {
    const rows = await ask(
      name,
      ["action", "actor_email"],
      [...listed, ...others].map((action, i) => entry(`02 09:00:0${i}`, ADA, action)),
    );

    expect(rows).toEqual(listed.map((action) => [action, ADA.email]));
  });

  it.each([
    ["deletions", ["message_tombstoned", "file_deleted"], ["file_uploaded"]],
    ["content-access", ["canvas_opened", "public_channel_preview"], ["canvas_edited"]],
  ])("%s: counts %s by user and hour, and not %s", async (name, counted, others) => {
    const rows = await ask(
      name,
      ["actor_email", "action", "hour_start", "items"],
      [...counted, ...counted, ...others].flatMap((action, i) => [
        entry(`02 09:00:0${i}`, ADA, action, file(`F${i}`)),
        ...(i === 0 ? [entry("02 10:00:00", BOB, action, file("F9"))] : []),
      ]),
      { minimum: "2" },
    );

    expect(rows).toEqual(
      counted.toSorted().map((action) => [ADA.email, action, "2026-03-02 09:00:00", 2]),
    );
  });

  it("external-tokens: counts by service, person and app", async () => {
    const token = (key: string) => ({
      entity: {
        type: "external_auth_oauth2_token",
        external_auth_oauth2_token: { provider: { id: 98765, key }, scope: "calendar" },
      },
    });
    const rows = await ask(
      "external-tokens",
      ["action", "service", "actor_email", "app", "times"],
      [
        entry("02 09:00:00", ADA, "external_auth_oauth2_token_fetched", token("google_calendar")),
        entry("02 09:01:00", ADA, "external_auth_oauth2_token_fetched", token("google_calendar")),
        entry("02 09:02:00", ADA, "external_auth_oauth2_token_deleted", {
          ...token("jira"),
          context: { app: { id: "A1", name: "Flow" } },
        }),
      ],
    );

    expect(rows).toEqual([
      ["external_auth_oauth2_token_fetched", "google_calendar", ADA.email, null, 2],
      ["external_auth_oauth2_token_deleted", "jira", ADA.email, "Flow", 1],
    ]);
  });

  it.each(["U2", "bob@example.com", "Bob@Example.com"])(
    "user-trail: finds what %s did, suffered and is named in",
    async (person) => {
      const rows = await ask(
        "user-trail",
        ["event_time", "part", "action", "actor_email"],
        [
          entry("02 09:00:00", ADA, "user_login"),
          entry("02 09:01:00", BOB, "user_login"),
          entry("02 09:02:00", ADA, "user_session_reset_by_admin", user(BOB)),
          entry("02 09:03:00", ADA, "role_assigned", {
            entity: { type: "role", role: { id: "Rl1" } },
            details: { succeeded_users: '["U2","bob@example.com"]' },
          }),
          entry("02 09:04:00", ADA, "role_assigned", {
            entity: { type: "role", role: { id: "Rl1" } },
            details: { succeeded_users: ["U2", "bob@example.com"] },
          }),
          entry("02 09:05:00", ADA, "user_deactivated", {
            ...user({ id: "U22", name: "U2 and more", email: "xbob@example.com" }),
          }),
        ],
        { person },
      );

      expect(rows).toEqual([
        ["2026-03-02 09:01:00", "did", "user_login", BOB.email],
        ["2026-03-02 09:02:00", "was done to", "user_session_reset_by_admin", ADA.email],
        ["2026-03-02 09:03:00", "is named", "role_assigned", ADA.email],
        ["2026-03-02 09:04:00", "is named", "role_assigned", ADA.email],
      ]);
    },
  );

  it("address-trail: finds the address alone, not one that begins like it", async () => {
    const rows = await ask(
      "address-trail",
      ["event_time", "part", "actor_email", "action"],
      [
        entry("02 09:00:00", ADA, "user_login", from("192.0.2.1")),
        entry("02 09:01:00", BOB, "user_login", from("192.0.2.17")),
        entry("02 09:02:00", EVE, "anomaly", {
          ...from("198.51.100.1"),
          details: { previous_ip_address: "192.0.2.1" },
        }),
      ],
      { address: "192.0.2.1" },
    );

    expect(rows).toEqual([
      ["2026-03-02 09:00:00", "came from it", ADA.email, "user_login"],
      ["2026-03-02 09:02:00", "names it", EVE.email, "anomaly"],
    ]);
  });

  it("address-trail: takes capital hexadecimal digits for small ones", async () => {
    const rows = await ask(
      "address-trail",
      ["part", "actor_email"],
      [entry("02 09:00:00", ADA, "user_login", from("2001:db8::a"))],
      { address: "2001:DB8::A" },
    );

    expect(rows).toEqual([["came from it", ADA.email]]);
  });

  it("actions: counts every kind", async () => {
    const rows = await ask(
      "actions",
      ["action", "entries", "actors", "first_time", "last_time"],
      [
        entry("02 09:00:00", ADA, "user_login"),
        entry("02 10:00:00", BOB, "user_login"),
        entry("02 11:00:00", BOB, "user_logout"),
      ],
    );

    expect(rows).toEqual([
      ["user_login", 2, 2, "2026-03-02 09:00:00", "2026-03-02 10:00:00"],
      ["user_logout", 1, 1, "2026-03-02 11:00:00", "2026-03-02 11:00:00"],
    ]);
  });

  it("new-actions: names an action that was not there before", async () => {
    const rows = await ask(
      "new-actions",
      ["action", "first_time", "entries", "first_actor"],
      [
        entry("02 09:00:00", ADA, "user_login"),
        entry("20 09:00:00", ADA, "user_login"),
        entry("20 10:00:00", BOB, "hologram_called"),
        entry("20 11:00:00", ADA, "hologram_called"),
      ],
      { new_since: "2026-03-15" },
    );

    expect(rows).toEqual([["hologram_called", "2026-03-20 10:00:00", 2, BOB.email]]);
  });

  it("new-fields: names a field that was not there before, and not what a text says", async () => {
    const entity = { type: "file", file: { id: "F1", name: 'say "hi": {"fake":1}' } };
    const rows = await ask(
      "new-fields",
      ["part", "field", "first_time", "entries", "first_action"],
      [
        entry("02 09:00:00", ADA, "file_shared", { entity, details: { old: { inner: 1 } } }),
        entry("20 09:00:00", ADA, "file_shared", { entity, details: { old: { inner: 2 } } }),
        entry("20 10:00:00", BOB, "file_shared", { entity, details: { old: [{ beam: ":" }] } }),
        entry("20 11:00:00", ADA, "file_shared", { entity, details: { beam: 'x","y":"z' } }),
        entry("20 12:00:00", ADA, "user_login", { entity, context: { warp: { beam: 1 } } }),
      ],
      { new_since: "2026-03-15" },
    );

    expect(rows).toEqual([
      ["details", "beam", "2026-03-20 10:00:00", 2, "file_shared"],
      ["context", "beam", "2026-03-20 12:00:00", 1, "user_login"],
      ["context", "warp", "2026-03-20 12:00:00", 1, "user_login"],
    ]);
  });

  it("new-fields: gives a name as it is, and no part of one that has an escape", async () => {
    const details = {
      "my field": 1,
      'q"part': 2,
      "k' OR 1=1": { "a: b": ',"c' },
      "x,": [",", "{"],
    };
    const rows = await ask(
      "new-fields",
      ["part", "field"],
      [entry("20 09:00:00", ADA, "file_shared", { details })],
      { new_since: "2026-03-15" },
    );

    expect(rows.filter(([part]) => part === "details").map(([, field]) => field)).toEqual([
      "a: b",
      "k' OR 1=1",
      "my field",
      "x,",
    ]);
  });

  it("completeness: has one line a day, and the lag of the newest entry", async () => {
    const rows = await ask(
      "completeness",
      ["source", "day", "hours", "state", "entries", "lag_seconds"],
      [
        entry("02 22:10:00", ADA, "user_login"),
        entry("02 22:20:00", ADA, "user_login"),
        entry("03 00:30:00", ADA, "user_login"),
      ],
      { as_of: "2026-03-03T00:35:00Z" },
    );

    expect(rows).toEqual([
      ["slack", "2026-03-02", "1 of 2", "not sealed", 2, null],
      ["slack", "2026-03-03", "1 of 1", "not sealed", 1, 300],
    ]);
  });

  it("completeness: shows the hours in which something is wrong", async () => {
    const directory = await makeDirectory();
    const store = new DirectoryArchiveStore(directory);
    await writeArchive(directory, [entry("02 22:10:00", ADA, "user_login")]);
    await sealDays(store, "slack", ["2026-03-02"]);
    await writeArchive(directory, [
      entry("02 20:15:00", ADA, "forged"),
      entry("03 01:30:00", ADA, "user_login"),
    ]);
    await writeManifestOf("2026-03-04", store, {
      5: { listed: 1, archived: 0 },
      6: { listed: 0, archived: 0, only_in_archive: 1 },
      7: { listed: 0, archived: 0, twice: 1 },
    });
    using lake = await openLake(directory);

    const { columns, rows } = await lake.query(
      SAVED_QUERIES.get("completeness")?.sql({ ...MARCH, as_of: "2026-03-03T01:31:00Z" }) ?? "",
    );

    expect(columns).toEqual(["source", "day", "hours", "state", "entries", "late", "lag_seconds"]);
    expect(rows).toEqual([
      ["slack", "2026-03-02", "2 of 24", "changed", 2, 0, null],
      ["slack", "2026-03-02", "20:00", "changed", 1, 0, null],
      ["slack", "2026-03-03", "1 of 24", "not sealed", 1, null, 60],
      ["slack", "2026-03-04", "0 of 24", "differs from Slack", 0, 0, null],
      ["slack", "2026-03-04", "05:00", "differs from Slack", 0, 0, null],
      ["slack", "2026-03-04", "06:00", "differs from Slack", 0, 0, null],
      ["slack", "2026-03-04", "07:00", "differs from Slack", 0, 0, null],
    ]);
  });

  it("duplicates: finds none in what a run wrote", async () => {
    const twice = entry("02 09:00:00", ADA, "user_login", { id: "same" });

    expect(await ask("duplicates", ["id"], [twice, twice])).toEqual([]);
  });

  it("duplicates: finds an id that stands in two lines, and says whether they differ", async () => {
    const { text } = entry("02 09:00:00", ADA, "user_login", { id: "same" });
    const { text: other } = entry("02 09:00:00", BOB, "user_login", { id: "same" });
    const lake = await openLakeOfLines([text, text, other]);

    const { columns, rows } = await lake.query(SAVED_QUERIES.get("duplicates")?.sql(MARCH) ?? "");

    expect(columns).toEqual(["source", "id", "copies", "texts", "first_day", "last_day"]);
    expect(rows).toEqual([["slack", "same", 3, 2, "2026-03-02", "2026-03-02"]]);
  });

  it("duplicates: tells ids apart that look the same in SQL", async () => {
    const lines = [
      ...[String.raw`\ud800`, String.raw`\uD801`, String.raw`x\udfff`, String.raw`x\udfff`].map(
        (id, i) => `{"id":"${id}","date_create":1772442000,"n":${i}}`,
      ),
      ...[`"id":"",`, `"id":"",`, "", ""].map(
        (id, i) => `{${id}"date_create":1772442000,"n":${i}}`,
      ),
    ];
    const lake = await openLakeOfLines(lines);

    const { rows } = await lake.query(SAVED_QUERIES.get("duplicates")?.sql(MARCH) ?? "");

    expect(rows.map(([, id, copies]) => [id, copies])).toEqual([
      ["", 2],
      ["x\ufffd", 2],
      [null, 2],
    ]);
  });

  it.each([...SAVED_QUERIES.keys()])("%s reads nothing outside its period", async (name) => {
    const required =
      SAVED_QUERIES.get(name)?.parameters.filter(({ isRequired }) => isRequired) ?? [];
    const values = Object.fromEntries(required.map((parameter) => [parameter.name, "192.0.2.17"]));
    const sql =
      SAVED_QUERIES.get(name)?.sql({ ...values, from_day: "2026-04-01", to_day: "2026-04-30" }) ??
      "";
    const lake = await openLakeOfObject(Buffer.from("unreadable"));

    expect((await lake.query(sql)).rows).toEqual([]);
  });
});
