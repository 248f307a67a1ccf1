import type { EntrySource, WireEntry } from "./entries.ts";
import { Inventory } from "./organization/inventory.ts";
import { formerColleague, People } from "./organization/people.ts";
import { mix, Random, uuidOf } from "./organization/random.ts";
import { Rhythm, SECONDS_PER_WEEK, weekOf } from "./organization/rhythm.ts";
import { routineDeed } from "./organization/routine.ts";
import { type Deed, entryOf, type Scene, userEntity } from "./organization/scene.ts";
import { type Story, storiesOfWeek } from "./organization/stories.ts";

export interface OrganizationOptions {
  /** Another seed, another organization. @default 1 */
  seed?: number;
  /** Approximate number of everyday entries; the stories are added to them. @default 200_000 */
  entriesPerWeek?: number;
  /** Accounts, at least 20. @default 1200 */
  users?: number;
  /** Epoch seconds, included. @default the beginning of audit logs, 2018-03-01 */
  from?: number;
  /** Epoch seconds, excluded. @default no end */
  until?: number;
  /** The part of the everyday entries that becomes visible late. @default 0 */
  lateFraction?: number;
  /** The most that an entry can be late. @default 600 */
  maxLatenessSeconds?: number;
}

/** Slack has nothing older. */
const FIRST_AUDIT_LOGS = Date.UTC(2018, 2, 1) / 1000;

/** One minute in this many has a burst: many entries within one second. */
const BURST_MINUTES = 700;

/** Two weeks meet at midnight; one more is for listings that overlap. */
const KEPT_WEEKS = 3;

/** Slack lists a second whole, and a body is read up to 64 MiB: some 90,000 entries. */
const BURST_ENTRIES_MAX = 40_000;

/** What one burst consists of. */
const BURSTS = ["user_channel_join", "user_added_to_usergroup", "user_deactivated"] as const;

/** How many everyday entries each second of a minute has, and its burst, if any. */
interface MinutePlan {
  counts: Uint32Array;
  /** The last `size` entries of this second are the burst. */
  burst: { second: number; size: number; kind: number } | undefined;
}

/**
 * An organization whose every entry is a pure function of the seed and of its time:
 * nothing is stored, and any span is generated on demand, at the cost of that span
 * alone.
 *
 * It has office hours in three time zones, weekends and bursts, and in every week
 * the same fifteen stories that an investigator would look for.
 */
export class Organization implements EntrySource {
  readonly entriesPerWeek: number;
  /** Epoch seconds, included. */
  readonly from: number;
  /** Epoch seconds, excluded. */
  readonly until: number;
  readonly people: People;
  readonly inventory: Inventory;
  readonly #seed: number;
  readonly #lateFraction: number;
  readonly #maxLatenessSeconds: number;
  readonly #rhythm = new Rhythm();
  /** By Monday, most recently used last. */
  readonly #weeks = new Map<number, { stories: Story[]; bySecond: Map<number, WireEntry[]> }>();

  /** @throws {RangeError} if there are fewer than 20 users */
  constructor({
    seed = 1,
    entriesPerWeek = 200_000,
    users = 1200,
    from = FIRST_AUDIT_LOGS,
    until = Number.POSITIVE_INFINITY,
    lateFraction = 0,
    maxLatenessSeconds = 600,
  }: OrganizationOptions = {}) {
    this.#seed = mix(seed);
    this.entriesPerWeek = entriesPerWeek;
    this.from = from;
    this.until = until;
    this.#lateFraction = lateFraction;
    this.#maxLatenessSeconds = maxLatenessSeconds;
    this.inventory = new Inventory(this.#seed);
    const teams = this.inventory.workspaces.map(({ id }) => id);
    this.people = new People(this.#seed, users, teams, this.#rhythm);
  }

  *newestFirst(oldest: number, latest: number, now: number): Generator<WireEntry> {
    const bottom = Math.max(oldest, this.from);
    const top = Math.min(latest, now, this.until - 1);
    const scene = this.#scene();
    for (let minute = Math.floor(top / 60); minute * 60 + 59 >= bottom; minute--) {
      const plan = this.#plan(minute, scene.random);
      for (
        let second = Math.min(top, minute * 60 + 59);
        second >= Math.max(bottom, minute * 60);
        second--
      ) {
        yield* this.#storyEntries(second).toReversed();
        const mayBeLate = this.#lateFraction > 0 && second + this.#maxLatenessSeconds > now;
        for (let index = (plan.counts[second % 60] ?? 0) - 1; index >= 0; index--) {
          if (!mayBeLate || second + this.#latenessOf(second, index) <= now) {
            yield this.#entry(scene, plan, second, index);
          }
        }
      }
    }
  }

  /**
   * How many entries there are, without generating them; late ones count as visible.
   *
   * @param oldest - epoch seconds, included
   * @param latest - epoch seconds, included
   * @throws {RangeError} if neither `latest` nor the organization has an end
   */
  count(oldest: number, latest: number): number {
    const bottom = Math.max(oldest, this.from);
    const top = Math.min(latest, this.until - 1);
    if (!Number.isFinite(top)) {
      throw new RangeError("an organization without an end has no count up to its end");
    }
    const random = new Random();
    let count = 0;
    for (let minute = Math.floor(top / 60); minute * 60 + 59 >= bottom; minute--) {
      const { counts } = this.#plan(minute, random);
      for (let i = 0; i < 60; i++) {
        const second = minute * 60 + i;
        count += second >= bottom && second <= top ? (counts[i] ?? 0) : 0;
      }
    }
    for (const { entries } of this.stories(bottom, top)) {
      count += entries.filter(({ dateCreate }) => dateCreate >= bottom && dateCreate <= top).length;
    }
    return count;
  }

  /** The stories that have at least one entry between the two seconds, both included, oldest first. */
  stories(oldest: number, latest: number): Story[] {
    const bottom = Math.max(oldest, this.from);
    const top = Math.min(latest, this.until - 1);
    const stories: Story[] = [];
    for (let week = weekOf(bottom); week <= top; week += SECONDS_PER_WEEK) {
      stories.push(
        ...this.#week(week).stories.filter(({ from, to }) => from <= top && to >= bottom),
      );
    }
    return stories;
  }

  #scene(): Scene {
    return {
      epochSeconds: 0,
      random: new Random(),
      people: this.people,
      inventory: this.inventory,
    };
  }

  #plan(minute: number, random: Random): MinutePlan {
    random.restart(mix(this.#seed, minute, 7));
    const expected = this.entriesPerWeek * this.#rhythm.minuteShare(minute);
    const total = Math.floor(expected * (0.6 + 0.8 * random.unit()) + random.unit());
    const counts = new Uint32Array(60);
    for (let i = 0; i < total; i++) {
      const second = random.below(60);
      counts[second] = (counts[second] ?? 0) + 1;
    }
    let burst: MinutePlan["burst"];
    if (random.chance(1 / BURST_MINUTES)) {
      const second = random.below(60);
      const most = Math.min(BURST_ENTRIES_MAX, Math.ceil(this.entriesPerWeek / 1000));
      const size = 3 + random.below(most);
      burst = { second, size, kind: random.below(BURSTS.length) };
      counts[second] = (counts[second] ?? 0) + size;
    }
    return { counts, burst };
  }

  #entry(scene: Scene, plan: MinutePlan, second: number, index: number): WireEntry {
    scene.epochSeconds = second;
    scene.random.restart(mix(this.#seed, second, index));
    const { burst, counts } = plan;
    const isBurst =
      burst !== undefined &&
      burst.second === second % 60 &&
      index >= (counts[burst.second] ?? 0) - burst.size;
    const deed = isBurst ? this.#burstDeed(scene, burst.kind, second) : routineDeed(scene);
    return entryOf(deed, uuidOf(this.#seed, second, index), second);
  }

  /** One person does the same thing to many others at once. */
  #burstDeed({ random, people, inventory }: Scene, kind: number, second: number): Deed {
    const admin = pickBy(people.admins, mix(this.#seed, second, 8));
    const subject = random.pick(people.members);
    const action = BURSTS[kind] ?? BURSTS[0];
    const isJoin = action === "user_channel_join";
    return {
      action,
      actor: isJoin ? subject : admin,
      entity: isJoin
        ? pickBy(inventory.channels, mix(this.#seed, second, 9))
        : userEntity(action === "user_deactivated" ? formerColleague(subject) : subject),
      origin: people.originAt(admin, second),
      location: inventory.enterprise,
      details: isJoin ? `{"type":"INVITED","inviter":${admin.json}}` : undefined,
    };
  }

  #latenessOf(second: number, index: number): number {
    const draw = mix(this.#seed, second, index, 10);
    return draw / 0x100000000 < this.#lateFraction ? 1 + (mix(draw) % this.#maxLatenessSeconds) : 0;
  }

  #storyEntries(second: number): readonly WireEntry[] {
    return this.#week(weekOf(second)).bySecond.get(second) ?? NONE;
  }

  #week(monday: number): { stories: Story[]; bySecond: Map<number, WireEntry[]> } {
    const known = this.#weeks.get(monday);
    if (known !== undefined) {
      return known;
    }
    const stories = storiesOfWeek(
      { seed: this.#seed, people: this.people, inventory: this.inventory },
      monday,
    );
    const bySecond = Map.groupBy(
      stories.flatMap(({ entries }) => entries),
      ({ dateCreate }) => dateCreate,
    );
    this.#weeks.set(monday, { stories, bySecond });
    const [oldestUse] = this.#weeks.keys();
    if (this.#weeks.size > KEPT_WEEKS && oldestUse !== undefined) {
      this.#weeks.delete(oldestUse);
    }
    return { stories, bySecond };
  }
}

const NONE: readonly WireEntry[] = [];

function pickBy<T>(choices: readonly T[], draw: number): T {
  const choice = choices[draw % choices.length];
  if (choice === undefined) {
    throw new RangeError("there is nothing to pick from");
  }
  return choice;
}
