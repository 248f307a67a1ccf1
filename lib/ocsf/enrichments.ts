import type { AddressContext, AddressFacts } from "../detect/context/address-context.ts";
import type { StaffList, StaffRecord } from "../detect/context/staff-list.ts";
import { fromByteText, toByteTexts } from "./byte-text.ts";
import type { Members, Remains, Text } from "./members.ts";

/** What local files say of addresses and people: of one and the same always the same. */
export interface EventContext {
  addresses: Pick<AddressContext, "of">;
  staff?: Pick<StaffList, "find">;
}

/** Where an event has the address that a request came from. */
type Place = "src_endpoint" | "device";

/** What is said of an address and a person, by where an event has it; what is not said is absent. */
interface Said {
  country?: string;
  systemNumber?: number;
  systemName?: string;
  /** All that is said of the address. */
  data?: Members;
  record?: Members;
}

const SAID = ["country", "systemNumber", "systemName", "data", "record"] as const;

/** The same, with what of it is there: on nothing else depends which members an event has. */
interface Known extends Said {
  names: string;
}

const NOTHING: Known = { names: "" };

/** The schema's integers have 32 bits. */
const INTEGER_MAX = 2 ** 31 - 1;

/** Adds to events what local files say of their addresses and of who did it. */
export class Enricher {
  readonly #context: EventContext;
  /** What is said, as byte texts. Facts and records are shared by all of whom they are true. */
  readonly #known = new WeakMap<AddressFacts, Known>();
  readonly #records = new WeakMap<StaffRecord, Members>();

  constructor(context: EventContext) {
    this.#context = context;
  }

  /**
   * Add to an event where the schema has a place, there; all of it, with what it was said of, as
   * enrichments. Nothing is added that no file says.
   *
   * @param remains - of the entry that the event was made of
   */
  enrich(remains: Remains, event: Members): void {
    const place = event.src_endpoint === undefined ? "device" : "src_endpoint";
    const endpoint = event[place] as Members | undefined;
    const address = endpoint?.ip as Text | undefined;
    const { user } = event.actor as { user: Members };
    const { uid, email_addr: email } = user as { uid?: Text; email_addr?: Text };
    const person = this.#context.staff === undefined ? [] : [email, uid];
    const known = remains.lookUp([address, ...person], (text, ...names) =>
      this.#lookUp(text, names),
    );
    const ifSaid = <T>(describe: (said: Said) => T) =>
      remains.choose(
        known,
        ({ names }) => names,
        (names) => {
          const said = SAID.filter((name) => names.split(" ").includes(name));
          const values = said.map((name) => remains.calculate(known, (values) => values[name]));
          return describe(Object.fromEntries(said.map((name, at) => [name, values[at]])));
        },
      );
    if (address !== undefined) {
      event[place] = ifSaid((said) => ({ ...endpoint, ...placed(said, place) }));
    }
    event.enrichments = ifSaid(({ record, ...said }) => {
      const [name, value] = uid === undefined ? ["email_addr", email] : ["uid", uid];
      const enrichments = [
        ...ofAddress(`${place}.ip`, address, said),
        ...ofPerson(`actor.user.${name}`, value, record),
      ];
      return enrichments.length > 0 ? enrichments : undefined;
    });
  }

  #lookUp(address: string | undefined, [email, uid]: readonly (string | undefined)[]): Known {
    const known = address === undefined ? NOTHING : this.#knownOf(address);
    const record = this.#recordOf(email) ?? this.#recordOf(uid);
    return record === undefined ? known : { ...known, record, names: `${known.names} record` };
  }

  #knownOf(address: string): Known {
    const facts = this.#context.addresses.of(address);
    const before = this.#known.get(facts);
    if (before !== undefined) return before;
    const said = saidOf(toByteTexts(facts) as AddressFacts);
    const known = { ...said, names: Object.keys(said).join(" ") };
    this.#known.set(facts, known);
    return known;
  }

  #recordOf(name: string | undefined): Members | undefined {
    if (name === undefined) return undefined;
    const record = this.#context.staff?.find(fromByteText(name));
    if (record === undefined) return undefined;
    const known = this.#records.get(record) ?? (toByteTexts(record) as Members);
    this.#records.set(record, known);
    return known;
  }
}

/** What an event says of an address of which these facts are known. */
export function saidOf(facts: Partial<AddressFacts>): Said {
  const { country, network, isKnownNetwork, lists = [] } = facts;
  const [, number, name] =
    (isKnownNetwork !== true && /^AS(\d+)(?: (.*))?$/.exec(network ?? "")) || [];
  const isNumber = number !== undefined && Number(number) <= INTEGER_MAX;
  const data = {
    ...(country !== undefined && { country }),
    ...(network !== undefined && { network }),
    ...(isKnownNetwork !== undefined && { isKnownNetwork }),
    ...(lists.length > 0 && { lists }),
  };
  return {
    ...(country !== undefined && { country }),
    ...(isNumber && { systemNumber: Number(number) }),
    ...(isNumber && name !== undefined && { systemName: name }),
    ...(Object.keys(data).length > 0 && { data }),
  };
}

/** What the schema has a place for: only an endpoint of the network has one for its system. */
export function placed({ country, systemNumber, systemName }: Said, place: Place): Members {
  return {
    ...(country !== undefined && { location: { country } }),
    ...(place === "src_endpoint" &&
      systemNumber !== undefined && {
        autonomous_system: {
          number: systemNumber,
          ...(systemName !== undefined && { name: systemName }),
        },
      }),
  };
}

/** @param attribute - which has the address */
export function ofAddress(
  attribute: string,
  address: string | Text | undefined,
  { data }: Said,
): Members[] {
  return data === undefined ? [] : [{ name: attribute, value: address, type: "address", data }];
}

/** @param attribute - which names who did it */
export function ofPerson(
  attribute: string,
  value: string | Text | undefined,
  record: StaffRecord | Members | undefined,
): Members[] {
  return record === undefined ? [] : [{ name: attribute, value, type: "staff", data: record }];
}
