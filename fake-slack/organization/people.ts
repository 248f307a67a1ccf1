import { toWireJson } from "../wire-json.ts";
import { at, mix, type Random, slackId } from "./random.ts";
import { OFFICES, type Rhythm } from "./rhythm.ts";

type AccountType = "member" | "admin" | "owner" | "guest" | "bot";

/** Someone who acts; what is written often is JSON already. */
export interface Person {
  index: number;
  id: string;
  name: string;
  email: string;
  team: string;
  account: AccountType;
  /** Index into OFFICES. */
  office: number;
  /** `{"id":…,"name":…,"email":…,"team":…}` */
  json: string;
  desktopAgent: string;
  mobileAgent: string;
  homeAddress: string;
  mobileAddress: string;
}

/** Where someone acts from: each part as JSON. */
export interface Origin {
  ua: string;
  address: string;
  session: string;
}

const GIVEN_NAMES = [
  ["Alice"],
  ["Ben"],
  ["Zoë", "zoe"],
  ["José", "jose"],
  ["Łukasz", "lukasz"],
  ["Søren", "soren"],
  ["美咲", "misaki"],
  ["健太", "kenta"],
  ["Ольга", "olga"],
  ["Nguyễn", "nguyen"],
  ["अनन्या", "ananya"],
  ["Αλέξανδρος", "alexandros"],
  ["محمد", "mohammed"],
  ["Siobhán", "siobhan"],
  ["Grace"],
  ["Tariq"],
  ["Chloé", "chloe"],
  ["Dmitri"],
  ["Yuki"],
  ["Priya"],
  ["Marcus"],
  ["Björn", "bjorn"],
  ["Amara"],
  ["Hiroshi"],
  ["Fatima"],
  ["Oliver"],
  ["Emily"],
  ["Noah"],
  ["Sakura"],
  ["Ethan"],
  ["Maya"],
  ["Liam"],
] as const satisfies readonly (readonly [string, string?])[];

const FAMILY_NAMES = [
  ["Parker"],
  ["O'Neill", "oneill"],
  ["Müller", "mueller"],
  ["García", "garcia"],
  ["Nowak"],
  ["Andersen"],
  ["佐藤", "sato"],
  ["鈴木", "suzuki"],
  ["Иванова", "ivanova"],
  ["Trần", "tran"],
  ["Sharma"],
  ["Παπαδόπουλος", "papadopoulos"],
  ["Haddad"],
  ["Ní Bhriain", "nibhriain"],
  ["Hopper"],
  ["Khan"],
  ["Dupont"],
  ["Volkov"],
  ["Tanaka"],
  ["Nair"],
  ["Johnson"],
  ["Lindström", "lindstrom"],
  ["Okafor"],
  ["Yamamoto"],
  ["Hussein"],
  ["Smith"],
  ["Davies"],
  ["Brown"],
  ["Ito"],
  ["Williams"],
  ["Lovelace"],
  ["Murphy"],
] as const satisfies readonly (readonly [string, string?])[];

const CHROME_WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";

const DESKTOP_AGENTS = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 26_1_0) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.47.65 Chrome/142.0.7444.175 Electron/39.2.3 Safari/537.36 AppleSilicon Sonic Slack_SSB/4.47.65",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.47.69 Chrome/142.0.7444.226 Electron/39.2.7 Safari/537.36 Sonic Slack_SSB/4.47.69",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
  CHROME_WINDOWS,
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
].map(toWireJson);

const MOBILE_AGENTS = [
  "com.tinyspeck.chatlyio/25.12.10 (iPhone; iOS 26.1; Scale/3.00)",
  "com.tinyspeck.chatlyio/25.12.10 (iPad; iOS 26.1; Scale/2.00)",
  "com.Slack/25.12.10.0 (Google Pixel 9; Android 16)",
].map(toWireJson);

/** What scripts and apps call themselves. */
export const SCRIPT_AGENTS = {
  python: toWireJson("python-requests/2.32.5"),
  curl: toWireJson("curl/8.11.1"),
  bolt: toWireJson("@slack:bolt/4.6.0 @slack:web-api/7.13.0 node/24.11.1 linux/6.8.0"),
  slackbot: toWireJson("Slackbot 1.0 (+https://api.slack.com/robots)"),
  chromeWindows: toWireJson(CHROME_WINDOWS),
};

const NO_SESSION = "null";

/** How long someone stays on the same network: a change within minutes is a story. */
const NETWORK_SECONDS = 4 * 3600;

/** Everybody with an account, and the two actors without one. */
export class People {
  readonly all: readonly Person[];
  readonly owners: readonly Person[];
  readonly admins: readonly Person[];
  readonly members: readonly Person[];
  readonly guests: readonly Person[];
  readonly bots: readonly Person[];
  /** Slack's own id for 'nobody acted'. */
  readonly nobody: Person;
  /** Slack's own id for Slack's security team. */
  readonly slackSecurity: Person;
  readonly #seed: number;
  readonly #rhythm: Rhythm;
  readonly #byOffice: readonly Person[][];

  /** @param count - accounts, at least 20 */
  constructor(seed: number, count: number, teams: readonly string[], rhythm: Rhythm) {
    if (!(count >= 20)) {
      throw new RangeError(`an organization has at least 20 users, not ${count}`);
    }
    this.#seed = seed;
    this.#rhythm = rhythm;
    this.all = Array.from({ length: count }, (_, index) => makePerson(seed, index, count, teams));
    this.owners = this.all.filter(({ account }) => account === "owner");
    this.admins = this.all.filter(({ account }) => account === "admin");
    this.members = this.all.filter(({ account }) => account === "member");
    this.guests = this.all.filter(({ account }) => account === "guest");
    const shuffled = this.all.toSorted((a, b) => mix(seed, a.index, 4) - mix(seed, b.index, 4));
    this.#byOffice = OFFICES.map((_, office) =>
      shuffled.filter((person) => person.office === office),
    );
    const [team = ""] = teams;
    this.bots = ["Deploybot", "Incident Helper", "Standup 🤖", "Sales Sync"].map((name, i) =>
      withJson({
        ...makePerson(seed, count + i, count, teams),
        name,
        email: `botuser-${team}-${i}@slack-bots.com`,
        account: "bot",
      }),
    );
    this.nobody = special(this.all, "USLACKUSER", "slackuser");
    this.slackSecurity = special(this.all, "USLACKSECURITY", "slacksecurity");
  }

  /** Someone whose office is probably at work; a few are much busier than most. */
  pickActive(random: Random, epochSeconds: number): Person {
    const office = at(this.#byOffice, this.#rhythm.pickOffice(random, epochSeconds));
    const skew = random.unit();
    return at(office, Math.floor(skew * skew * office.length));
  }

  /** The device and network that someone uses at this time, and their session on it. */
  originAt(person: Person, epochSeconds: number): Origin {
    const block = Math.floor(epochSeconds / NETWORK_SECONDS);
    const draw = mix(this.#seed, person.index, block);
    const session = 10_000_000_000_000 + draw;
    const place = draw % 100;
    const isMobile = place >= 90;
    const isOffice = place < 55 && person.account !== "guest";
    return {
      ua: isMobile ? person.mobileAgent : person.desktopAgent,
      address: isMobile
        ? person.mobileAddress
        : isOffice
          ? `${at(OFFICES, person.office).network}${1 + (person.index % 4)}`
          : person.homeAddress,
      session: person.index % 4 === 0 ? `"${session}"` : String(session),
    };
  }

  /** How an app acts for its bot user: no session, and often no address. */
  botOrigin(bot: Person): Origin {
    return {
      ua: SCRIPT_AGENTS.bolt,
      address: bot.index % 2 === 0 ? "" : bot.homeAddress,
      session: NO_SESSION,
    };
  }

  /** How Slack itself acts. */
  slackOrigin(): Origin {
    return { ua: SCRIPT_AGENTS.slackbot, address: "", session: NO_SESSION };
  }
}

function makePerson(seed: number, index: number, count: number, teams: readonly string[]): Person {
  const draw = mix(seed, index, 1);
  const [given, givenAscii = given.toLowerCase()] = at(
    GIVEN_NAMES,
    draw % GIVEN_NAMES.length,
  ) as readonly [string, string?];
  const [family, familyAscii = family.toLowerCase()] = at(
    FAMILY_NAMES,
    (draw >>> 8) % FAMILY_NAMES.length,
  ) as readonly [string, string?];
  const account = accountOf(index, count);
  const place = (draw >>> 16) % 10;
  return withJson({
    index,
    id: slackId(index % 3 === 0 ? "W" : "U", seed, index),
    // Some people add a character outside Unicode's basic plane to their name.
    name: `${given} ${family}${draw % 29 === 0 ? " 🚀" : ""}`,
    email:
      account === "guest"
        ? `${givenAscii}.${familyAscii}.${index}@contractor.example`
        : `${givenAscii}.${familyAscii}.${index}@elysium.example`,
    team: at(teams, index % teams.length),
    account,
    office: place < 5 ? 0 : place < 8 ? 1 : 2,
    json: "",
    desktopAgent: at(DESKTOP_AGENTS, mix(seed, index, 2) % DESKTOP_AGENTS.length),
    mobileAgent: at(MOBILE_AGENTS, mix(seed, index, 3) % MOBILE_AGENTS.length),
    homeAddress:
      index % 7 === 0
        ? `2001:db8:${(index + 1).toString(16)}::${(1 + (draw % 9)).toString(16)}`
        : `198.18.${Math.floor(index / 254) % 256}.${1 + (index % 254)}`,
    mobileAddress: `100.${64 + (draw % 64)}.${(draw >>> 8) & 255}.${(draw >>> 16) & 255}`,
  });
}

/** The first few own and administer the organization, the last twelfth are guests. */
function accountOf(index: number, count: number): AccountType {
  const owners = 2;
  const admins = Math.ceil(count / 80);
  if (index < owners) {
    return "owner";
  }
  if (index < owners + admins) {
    return "admin";
  }
  return index >= count - Math.ceil(count / 12) ? "guest" : "member";
}

/** Someone of this name who has left: nobody acts with this account. */
export function formerColleague(person: Person): Person {
  const id = person.id.replace("07", "06");
  return withJson({ ...person, id, email: person.email.replace("@", ".former@") });
}

function withJson(person: Person): Person {
  const { id, name, email, team } = person;
  return { ...person, json: toWireJson({ id, name, email, team }) };
}

function special(all: readonly Person[], id: string, name: string): Person {
  return withJson({ ...at(all, 0), id, name, email: "", account: "bot" });
}
