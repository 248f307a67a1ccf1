import { describe, expect, it } from "vitest";
import { ACTIONS, SCHEMAS } from "../../fake-slack/catalogue.ts";
import type { WireEntry } from "../../fake-slack/entries.ts";
import { ANOMALY_REASONS } from "../../fake-slack/organization/routine.ts";
import { STORY_NAMES, type Story } from "../../fake-slack/organization/stories.ts";
import { Organization } from "../../fake-slack/organization.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONDAY = Date.UTC(2026, 2, 2) / 1000;
const FOREVER = MONDAY + 1000 * WEEK;

/** What the tests look at; Slack's own types are for lib/slack. */
interface Entry {
  id: string;
  date_create: number;
  action: string;
  actor: { user: { id: string; name: string } };
  entity: { type: string; [type: string]: unknown };
  context: { ua: string; ip_address: string; session_id: unknown; app?: unknown };
  details?: Record<string, unknown>;
}

const organization = new Organization({ entriesPerWeek: 100_000 });
const week = [...organization.newestFirst(MONDAY, MONDAY + WEEK - 1, FOREVER)];
const entries = week.map(({ text }) => JSON.parse(text) as Entry);

function texts(from: Iterable<WireEntry>): string[] {
  return Array.from(from, ({ text }) => text);
}

function valuesOf(pick: (entry: Entry) => unknown): Set<string> {
  return new Set(
    entries.map(pick).map((value) => {
      if (Array.isArray(value)) {
        return "array";
      }
      return value === null ? "null" : typeof value;
    }),
  );
}

describe("an organization", () => {
  it("is the same for the same seed", () => {
    const again = new Organization({ entriesPerWeek: 100_000 });
    const span = [MONDAY + 9 * HOUR, MONDAY + 10 * HOUR, FOREVER] as const;
    expect(texts(again.newestFirst(...span))).toEqual(texts(organization.newestFirst(...span)));
  });

  it("shares no id and no user with another seed", () => {
    const other = new Organization({ seed: 2, entriesPerWeek: 100_000 });
    const ids = new Set(week.map(({ id }) => id));
    const users = new Set(organization.people.all.map(({ id }) => id));
    const others = [...other.newestFirst(MONDAY, MONDAY + 6 * HOUR, FOREVER)];
    expect(others.length).toBeGreaterThan(1000);
    expect(others.filter(({ id }) => ids.has(id))).toEqual([]);
    expect(other.people.all.filter(({ id }) => users.has(id))).toEqual([]);
  });

  it("gives the same entries in one piece and second by second", () => {
    const from = MONDAY + 2 * DAY + 17 * HOUR;
    const whole = texts(organization.newestFirst(from, from + HOUR, FOREVER));
    const pieces: string[] = [];
    for (let second = from + HOUR; second >= from; second--) {
      pieces.push(...texts(organization.newestFirst(second, second, FOREVER)));
    }
    expect(pieces).toEqual(whole);
  });

  it("makes only what is drawn from it: a first entry costs no history", () => {
    const busy = new Organization({ entriesPerWeek: 50_000_000 });
    const [first] = busy.newestFirst(0, FOREVER, MONDAY + 12 * HOUR);
    expect(first?.dateCreate).toBe(MONDAY + 12 * HOUR);
  });

  it("lists newest first, within the bounds, each id once", () => {
    expect(week.every(({ dateCreate }) => dateCreate >= MONDAY && dateCreate < MONDAY + WEEK)).toBe(
      true,
    );
    expect(
      week.every((entry, i) => i === 0 || entry.dateCreate <= (week[i - 1]?.dateCreate ?? 0)),
    ).toBe(true);
    expect(new Set(week.map(({ id }) => id)).size).toBe(week.length);
  });

  it("has UUIDs for ids", () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(week.filter(({ id }) => !uuid.test(id ?? ""))).toEqual([]);
  });

  it("says beside each text what the text says", () => {
    const wrong = entries.filter(({ id, date_create, action, actor }, i) => {
      const said = week[i];
      return (
        said?.id !== id ||
        said.dateCreate !== date_create ||
        said.action !== action ||
        said.actorId !== actor.user.id
      );
    });
    expect(wrong).toEqual([]);
  });

  it.each([10_000, 100_000, 1_000_000])(
    "has about %i entries a week, and knows how many",
    (entriesPerWeek) => {
      const scaled = new Organization({ entriesPerWeek });
      const stories = scaled.stories(MONDAY, MONDAY + WEEK - 1).flatMap((story) => story.entries);
      const count = scaled.count(MONDAY, MONDAY + WEEK - 1);
      expect((count - stories.length) / entriesPerWeek).toBeCloseTo(1, 1);
      const [from, to] = [MONDAY + 3 * DAY + 7, MONDAY + 3 * DAY + 4 * HOUR + 7];
      expect(scaled.count(from, to)).toBe([...scaled.newestFirst(from, to, FOREVER)].length);
    },
  );

  it("cannot count up to no end", () => {
    expect(() => organization.count(0, Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });

  it("begins and ends when told", () => {
    const short = new Organization({ entriesPerWeek: 100_000, from: MONDAY, until: MONDAY + HOUR });
    const all = texts(short.newestFirst(0, FOREVER, FOREVER));
    expect(all).toEqual(texts(organization.newestFirst(MONDAY, MONDAY + HOUR - 1, FOREVER)));
    expect(short.count(0, FOREVER)).toBe(all.length);
  });

  it("shows nothing after now", () => {
    const now = MONDAY + 10 * HOUR + 1234;
    const [newest] = organization.newestFirst(0, FOREVER, now);
    expect(newest?.dateCreate).toBeLessThanOrEqual(now);
    expect(texts(organization.newestFirst(now - HOUR, FOREVER, now))).toEqual(
      texts(organization.newestFirst(now - HOUR, now, FOREVER)),
    );
  });

  it("lets some entries appear late, and all of them in the end", () => {
    const tardy = new Organization({
      entriesPerWeek: 1_000_000,
      lateFraction: 0.1,
      maxLatenessSeconds: 300,
    });
    const [from, to] = [MONDAY + 15 * HOUR, MONDAY + 15 * HOUR + 600];
    const listed = (now: number) => texts(tardy.newestFirst(from, to, now));
    const settled = listed(to + 300);
    expect(settled).toHaveLength(tardy.count(from, to));
    const first = listed(to);
    expect(first.length).toBeLessThan(settled.length);
    expect(first.length).toBeGreaterThan(settled.length * 0.9);
    const inOrder = new Set(first);
    expect(settled.filter((text) => inOrder.has(text))).toEqual(first);
  });

  it("has at least 20 users", () => {
    expect(() => new Organization({ users: 19 })).toThrow(RangeError);
    expect(new Organization({ users: 20 }).people.guests).not.toEqual([]);
  });
});

describe("its rhythm", () => {
  const byDay = Map.groupBy(entries, ({ date_create }) => Math.floor((date_create - MONDAY) / DAY));
  const onDay = (day: number) => byDay.get(day)?.length ?? 0;

  it("is slow on weekends", () => {
    expect(onDay(6)).toBeLessThan(onDay(2) / 4);
  });

  it("is fast in office hours", () => {
    const wednesday = byDay.get(2) ?? [];
    const inHour = (hour: number) =>
      wednesday.filter(({ date_create }) => Math.floor((date_create % DAY) / HOUR) === hour).length;
    expect(inHour(18)).toBeGreaterThan(inHour(5) * 2);
  });

  it("has bursts of many entries within one second", () => {
    const seconds = Map.groupBy(entries, ({ date_create }) => date_create);
    const bursts = [...seconds.values()].filter((group) => group.length >= 20);
    expect(bursts.length).toBeGreaterThan(5);
  });

  it("has no second that a page cannot hold, however busy it is", () => {
    const burst = Date.UTC(2026, 2, 2, 12, 55, 26) / 1000;
    const count = new Organization({ entriesPerWeek: 187_852_223 }).count(burst, burst);
    expect(count).toBeGreaterThan(30_000);
    expect(count).toBeLessThan(50_000);
  });
});

describe("its entries", () => {
  it("are about 700 bytes of compact JSON with escaped slashes", () => {
    const bytes = week.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    expect(bytes / week.length).toBeGreaterThan(650);
    expect(bytes / week.length).toBeLessThan(800);
    const sample = week.filter((_, i) => i % 50 === 0).map(({ text }) => text);
    // Numbers that a double cannot hold do not come back the same: they are proof of their own below.
    const exact = sample.filter((text) => !/:9\d{17}/.test(text));
    const again = exact.map((text) =>
      JSON.stringify(JSON.parse(text))
        .replaceAll("/", "\\/")
        .replace(/[\ud800-\udfff]/g, escaped),
    );
    expect(again).toEqual(exact);
  });

  it("cover every entity type that the schemas know", () => {
    const types = new Set(entries.map(({ entity }) => entity.type));
    expect(types).toEqual(new Set(SCHEMAS.map(({ type }) => type)));
    expect(entries.filter(({ entity }) => typeof entity[entity.type] !== "object")).toEqual([]);
  });

  it("have actions that Slack has", () => {
    const known = new Set(Object.values(ACTIONS).flat());
    const seen = new Set(entries.map(({ action }) => action));
    expect([...seen].filter((action) => !known.has(action))).toEqual([]);
    expect(seen.size).toBeGreaterThan(120);
  });

  it("have every reason for an anomaly, some two at once, about 50 s after the deed", () => {
    const anomalies = entries.filter(({ action }) => action === "anomaly");
    const reasons = anomalies.map(({ details }) => details?.reason as string[]);
    expect(new Set(reasons.flat())).toEqual(new Set(ANOMALY_REASONS));
    expect(reasons.some((all) => all.length > 1)).toBe(true);
    const delays = anomalies.map(
      ({ date_create, details }) => date_create - Number(details?.action_timestamp) / 1e6,
    );
    expect(Math.min(...delays)).toBeGreaterThan(40);
    expect(Math.max(...delays)).toBeLessThan(60);
  });

  it.each<[string, (entry: Entry) => unknown, string[]]>([
    [
      "new_value",
      ({ details }) => details?.new_value,
      ["string", "boolean", "null", "array", "object", "undefined"],
    ],
    [
      "previous_value",
      ({ details }) => details?.previous_value,
      ["string", "boolean", "null", "array", "object", "undefined"],
    ],
    [
      "succeeded_users",
      ({ details }) => details?.succeeded_users,
      ["array", "string", "undefined"],
    ],
    ["reason", ({ details }) => details?.reason, ["string", "array", "undefined"]],
    ["session_id", ({ context }) => context.session_id, ["string", "number", "null"]],
    ["details", ({ details }) => details, ["object", "undefined"]],
    ["app", ({ context }) => context.app, ["object", "undefined"]],
  ])("have %s in every shape", (_, pick, shapes) => {
    expect(valuesOf(pick)).toEqual(new Set(shapes));
  });

  it("have an inviter in two shapes", () => {
    const inviters = entries.map(({ details }) => details?.inviter as object | null | undefined);
    const keys = new Set(
      inviters.filter((inviter) => inviter).map((inviter) => Object.keys(inviter ?? {}).join()),
    );
    expect(keys).toEqual(new Set(["type,user", "id,name,email,team"]));
  });

  it("have sessions above 2^32 and numbers above 2^53", () => {
    const sessions = entries
      .map(({ context }) => context.session_id)
      .filter((session) => typeof session === "number");
    expect(Math.min(...sessions)).toBeGreaterThan(2 ** 32);
    const huge = week.flatMap(({ text }) => /"item_version":(\d+)/.exec(text)?.[1] ?? []);
    expect(huge.length).toBeGreaterThan(10);
    expect(huge.filter((digits) => String(Number(digits)) === digits)).toEqual([]);
  });

  it("have empty addresses, IPv6, and names beyond Latin and beyond 16 bits", () => {
    const addresses = new Set(entries.map(({ context }) => context.ip_address));
    expect(addresses).toContain("");
    expect([...addresses].some((address) => address.includes(":"))).toBe(true);
    const names = entries.map(({ actor }) => actor.user.name).join();
    expect(names).toMatch(/[\u3000-\u9fff]/);
    expect(names).toContain("🚀");
    expect(week.some(({ text }) => text.includes("\\ud83d\\ude80"))).toBe(true);
  });

  it("have actors that are nobody and Slack itself", () => {
    const actors = new Set(entries.map(({ actor }) => actor.user.id));
    expect(actors).toContain("USLACKUSER");
    expect(actors).toContain("USLACKSECURITY");
  });
});

describe("its stories", () => {
  const stories = new Map(
    organization.stories(MONDAY, MONDAY + WEEK - 1).map((story) => [story.name, story]),
  );

  function story(name: Story["name"]): { actor: Story["actor"]; entries: Entry[] } {
    const found = stories.get(name);
    if (found === undefined) {
      throw new Error(`no story ${name}`);
    }
    return { actor: found.actor, entries: found.entries.map(({ text }) => JSON.parse(text)) };
  }

  it("happen once in any seven days, whatever the day they begin on", () => {
    const names = (from: number) =>
      organization
        .stories(from, from + WEEK - 1)
        .filter((story) => story.from >= from && story.from < from + WEEK)
        .map(({ name }) => name)
        .toSorted();
    expect(names(MONDAY)).toEqual(STORY_NAMES.toSorted());
    expect(names(MONDAY + 2.5 * DAY)).toEqual(STORY_NAMES.toSorted());
  });

  it("are part of what is listed", () => {
    const listed = new Set(texts(week));
    const told = [...stories.values()].flatMap((story) => texts(story.entries));
    expect(told.length).toBeGreaterThan(300);
    expect(told.filter((text) => !listed.has(text))).toEqual([]);
  });

  it("have one user in several networks within minutes, which nobody else is", () => {
    const network = ({ context }: Entry) => context.ip_address.split(".").slice(0, 3).join(".");
    const slots = Map.groupBy(
      entries.filter(({ action, context }) => action !== "anomaly" && context.ip_address !== ""),
      ({ actor, date_create }) => `${actor.user.id} ${Math.floor(date_create / 300)}`,
    );
    const wanderers = [...slots.entries()]
      .filter(([, slot]) => new Set(slot.map(network)).size >= 3)
      .map(([key]) => key.split(" ")[0]);
    expect(new Set(wanderers)).toEqual(new Set([story("several_networks").actor.id]));
  });

  it("have failed logins followed by a login from the same new address", () => {
    const { actor, entries: told } = story("guessed_password");
    const login = told.find(({ action }) => action === "user_login");
    const failed = told.filter(({ action }) => action === "user_login_failed");
    expect(failed.length).toBeGreaterThan(10);
    expect(new Set(failed.map(({ context }) => context.ip_address))).toEqual(
      new Set([login?.context.ip_address]),
    );
    const before = entries.filter(
      (entry) =>
        entry.date_create < (failed[0]?.date_create ?? 0) &&
        entry.context.ip_address === login?.context.ip_address,
    );
    expect(before).toEqual([]);
    expect(actor.account).toBe("member");
  });

  it("have a guest who takes more files than anyone in an hour", () => {
    const { actor, entries: told } = story("guest_downloads");
    expect(actor.account).toBe("guest");
    expect(told.filter(({ action }) => action === "file_downloaded")).toHaveLength(120);
  });

  it("have a session that goes on in a script", () => {
    const { entries: told } = story("session_stolen");
    const sessions = new Set(told.map(({ context }) => context.session_id));
    const agents = new Set(told.map(({ context }) => context.ua));
    expect(sessions.size).toBe(1);
    expect(agents.size).toBe(2);
  });

  it.each<[Story["name"], string[]]>([
    ["admin_granted_at_night", ["role_change_to_admin", "role_assigned"]],
    ["organization_exported", ["manual_export_started", "manual_export_downloaded"]],
    ["malware_uploaded", ["file_malicious_content_detected"]],
    ["app_scopes_widened", ["app_scopes_expanded"]],
    [
      "unknown_organization_invited",
      ["external_shared_channel_invite_sent", "external_shared_channel_invite_accepted"],
    ],
    ["sessions_reset", ["bulk_session_reset_by_admin", "user_session_reset_by_admin"]],
    [
      "security_settings_changed",
      [
        "pref.dlp_access_changed",
        "pref.dm_retention_changed",
        "pref.sso_setting_changed",
        "ekm_unenrolled",
      ],
    ],
    ["private_channel_made_public", ["private_channel_converted_to_public"]],
    ["evidence_released", ["legal_hold_policy_released", "barrier_deleted"]],
    ["ownership_transferred", ["owner_transferred"]],
    ["red_team_exercise", ["anomaly"]],
  ])("%s is told by %j", (name, actions) => {
    expect(story(name).entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(actions),
    );
  });
});

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16)}`;
}
