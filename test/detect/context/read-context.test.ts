import { describe, expect, it } from "vitest";
import { type ContextFile, ContextFileError } from "../../../lib/detect/context/context-file.ts";
import { type ContextFiles, readContext } from "../../../lib/detect/context/read-context.ts";
import { makeMmdb } from "./make-mmdb.ts";

function file(content: string | Uint8Array, name = "dir/file"): ContextFile {
  return { name, content: typeof content === "string" ? Buffer.from(content) : content };
}

function overwritten(content: Buffer, at: number, bytes: number[]): Buffer {
  const copy = Buffer.from(content);
  copy.set(bytes, at);
  return copy;
}

const [LOW, HIGH] = ["10.0.0.1", "203.0.113.7"];

describe("a database of countries", () => {
  it.each([
    ["MaxMind and DB-IP", { country: { iso_code: "DE" } }, "DE"],
    ["ip-location-db", { country_code: "FR" }, "FR"],
    ["IPinfo", { country: "BR" }, "BR"],
    ["an unknown country", { country_code: "ZZ" }, undefined],
    ["no country", { country: {} }, undefined],
    ["a name", { country: "Germany" }, undefined],
  ])("is read as %s writes it", (_, record, country) => {
    const countries = file(makeMmdb({ country_code: "US" }, record));
    const { addresses } = readContext({ countries });
    expect(addresses.of(HIGH).country).toBe(country);
    expect(addresses.of(LOW).country).toBe("US");
    expect(addresses.of("::ffff:10.0.0.1").country).toBe("US");
  });

  it("of IPv4 only says nothing of IPv6, and nothing of what is no address", () => {
    const countries = file(makeMmdb({ country_code: "US" }, { country_code: "US" }));
    const { addresses } = readContext({ countries });
    for (const address of ["2001:db8::1", "x", "", "10.1", undefined]) {
      expect(addresses.of(address)).toEqual({ lists: [] });
    }
  });
});

describe("a database of network owners", () => {
  it.each([
    [
      "MaxMind, DB-IP and ip-location-db",
      { autonomous_system_number: 64500, autonomous_system_organization: "Example Telecom" },
    ],
    ["IPinfo", { asn: "AS64500", as_name: "Example Telecom" }],
  ])("is read as %s writes it", (_, record) => {
    const { addresses } = readContext({ networkOwners: file(makeMmdb({}, record)) });
    expect(addresses.of(HIGH).network).toBe("AS64500 Example Telecom");
    expect(addresses.of(LOW)).toEqual({ lists: [] });
  });
});

describe("a database", () => {
  const COUNTRIES = makeMmdb({ country_code: "US" }, { country_code: "DE" });
  const OWNERS = makeMmdb({}, { asn: "AS64500", as_name: "Example Telecom" });
  const BOTH = makeMmdb({}, { country: "US", asn: "AS64500" });

  it.each<[string, ContextFiles, string]>([
    [
      "owners",
      { countries: file(OWNERS) },
      "dir/file: has no countries; it has owners of networks",
    ],
    [
      "countries",
      { networkOwners: file(COUNTRIES) },
      "dir/file: has no owners of networks; it has",
    ],
    ["neither", { countries: file(makeMmdb({}, { a: "b" })) }, "dir/file: has no countries"],
  ])("of %s is refused where another kind is expected", (_, files, message) => {
    expect(() => readContext(files)).toThrow(ContextFileError);
    expect(() => readContext(files)).toThrow(message);
  });

  it.each([24, 28, 32] as const)("is read with records of %i bits in its tree", (recordSize) => {
    const content = makeMmdb({ country_code: "US" }, { country_code: "DE" }, recordSize);
    const { addresses } = readContext({ countries: file(content) });
    expect([LOW, HIGH].map((address) => addresses.of(address).country)).toEqual(["US", "DE"]);
  });

  it("of both is taken for each", () => {
    const { addresses } = readContext({ countries: file(BOTH), networkOwners: file(BOTH) });
    expect(addresses.of(HIGH)).toMatchObject({ country: "US", network: "AS64500" });
  });

  it.each<[string, (whole: Buffer) => Buffer]>([
    ["a branch outside the data", (whole) => overwritten(whole, 3, [0xff, 0xff, 0xff])],
    ["a branch into the separator", (whole) => overwritten(whole, 3, [0, 0, 2])],
    ["a circle", (whole) => overwritten(whole, 0, [0, 0, 0])],
    ["a separator that is none", (whole) => overwritten(whole, 6, [1])],
    ["a record of an unknown type", (whole) => overwritten(whole, 22, [0, 200])],
    ["a record that is a text", (whole) => overwritten(whole, 22, [0x41])],
    [
      "a middle that is missing",
      (whole) => Buffer.concat([whole.subarray(0, 20), whole.subarray(30)]),
    ],
    ["only its end", (whole) => whole.subarray(whole.lastIndexOf("MaxMind.com") - 3)],
  ])("with %s is damaged", (_, damage) => {
    const read = () => readContext({ countries: file(damage(COUNTRIES)) });
    expect(read).toThrow(/^dir\/file: is damaged: .*; download it again$/);
  });
});

describe("networks of one's own", () => {
  const networkOwners = file(makeMmdb({}, { asn: "AS64500", as_name: "Example Telecom" }));
  const networks = file(
    "# ours\n10.0.0.0/8 VPN Berlin\n10.1.0.0/16, Office Paris # 2nd\r\n\nAS64500 Provider\n",
  );

  it.each([
    [LOW, { network: "VPN Berlin", isKnownNetwork: true, lists: [] }],
    ["10.1.2.3", { network: "Office Paris", isKnownNetwork: true, lists: [] }],
    [HIGH, { network: "Provider", isKnownNetwork: true, lists: [] }],
    ["11.0.0.1", { isKnownNetwork: false, lists: [] }],
  ])("say of %s: %j", (address, facts) => {
    expect(readContext({ networks, networkOwners }).addresses.of(address)).toEqual(facts);
  });

  it("are also those that Slack trusts", () => {
    const slackAllowList = file('{"ok":true,"trusted_cidr":["10.8.8.8/8"],"trusted_asns":[64500]}');
    const { addresses } = readContext({ slackAllowList, networkOwners });
    expect(addresses.of(LOW)).toMatchObject({ network: "trusted in Slack", isKnownNetwork: true });
    expect(addresses.of(HIGH)).toMatchObject({ isKnownNetwork: true });
    expect(addresses.of("11.0.0.1")).toMatchObject({ isKnownNetwork: false });
  });

  it("are named by one's own file rather than by Slack", () => {
    const slackAllowList = file('{"trusted_cidr":["10.0.0.0/8"]}');
    const { addresses } = readContext({ networks, networkOwners, slackAllowList });
    expect(addresses.of(LOW).network).toBe("VPN Berlin");
  });
});

describe("lists of addresses", () => {
  it("name the lists that hold an address", () => {
    const { addresses } = readContext({
      torExits: file(
        "ExitNode 0011\nPublished 2026-01-01 00:00:00\nExitAddress 203.0.113.66 2026-01-01 00:00:00\n",
      ),
      threatLists: [
        file("203.0.113.0/24 ; SBL1\n2001:db8::/32\n", "/lists/drop.txt"),
        file("# feed\n203.0.113.66\n", "c:\\lists\\mine.txt"),
      ],
    });
    expect(addresses.of("203.0.113.66").lists).toEqual(["Tor exits", "drop.txt", "mine.txt"]);
    expect(addresses.of("203.0.113.7").lists).toEqual(["drop.txt"]);
    expect(addresses.of("2001:db8::1").lists).toEqual(["drop.txt"]);
    expect(addresses.of("192.0.2.1").lists).toEqual([]);
  });
});

describe("a staff list", () => {
  const staff = file(
    '\uFEFFEmail,ID,Name,Team\nada@example.com,U1,"Moe, Ada",Payroll\n\nbo@example.com,,Bo,\n',
  );

  it("says who someone is, by e-mail address or id", () => {
    const list = readContext({ staff }).staff;
    const ada = { email: "ada@example.com", id: "U1", name: "Moe, Ada", team: "Payroll" };
    expect(list?.find(undefined, "ADA@example.com")).toEqual(ada);
    expect(list?.find("u1")).toEqual(ada);
    expect(list?.find("bo@example.com")).toEqual({ email: "bo@example.com", name: "Bo" });
    expect(list?.find("x@example.com", undefined, "U9")).toBeUndefined();
  });

  it("may have the same for e-mail address and id, and any ends of lines", () => {
    const list = readContext({ staff: file("email,id,team\rU1,U1,A\rb@x.org,U2,B\r") }).staff;
    expect(list?.find("U1")?.team).toBe("A");
    expect(list?.find("b@x.org")?.team).toBe("B");
  });
});

describe("a file that is not what it should be", () => {
  const invalid = Buffer.from([0xff, 0xfe, 0x41]);

  it.each<[keyof ContextFiles, string | Uint8Array, string]>([
    ["countries", "x", "dir/file: is not a database in MaxMind's format"],
    ["countries", "", "dir/file: is not a database in MaxMind's format"],
    ["networkOwners", "10.0.0.0/8", "dir/file: is not a database in MaxMind's format"],
    ["torExits", "", "dir/file: has no address"],
    [
      "torExits",
      "<html>",
      'dir/file, line 1: "<html>" must begin with one address or range: 203.0.113.7',
    ],
    ["torExits", "10.0.0.1\nx", 'dir/file, line 2: "x" must begin with'],
    ["torExits", "10.0.0.1/99", 'line 1: "10.0.0.1/99" must begin with'],
    ["torExits", invalid, "dir/file: is not text in UTF-8"],
    ["networks", "10.0.0.0/8", 'line 1: "10.0.0.0/8" must be a network and its name'],
    ["networks", "", "dir/file: has no network"],
    ["torExits", "10.0.0.1\r10.0.0\r", 'dir/file, line 2: "10.0.0" must begin with'],
    ["slackAllowList", '{"trusted_cidr":["10.0.0.0 - 10.0.0.9"]}', "which is no range"],
    ["slackAllowList", '{"trusted_cidr":["x\\ny"]}', 'trusted_cidr has "x y", which is no range'],
    ["slackAllowList", '{\n"trusted_cidr":\nx}', "Unexpected token 'x'"],
    ["networks", "# none yet\n\n", "dir/file: has no network"],
    [
      "networks",
      "10.0.0.0/8 Office\nAS64500 P\n",
      "dir/file: names AS64500, and AS numbers need a",
    ],
    [
      "slackAllowList",
      '{"trusted_asns":[64500]}',
      "dir/file: names AS64500, and AS numbers need a",
    ],
    ["staff", "", "dir/file: has no person"],
    ["staff", "email,name\n", "dir/file: has no person"],
    ["networks", "# a\n\nOffice 10.0.0.0/8", "dir/file, line 3: "],
    ["networks", "ASx Office", "dir/file, line 1: "],
    ["slackAllowList", "{", "dir/file: is not the answer of admin.audit.anomaly.allow.getItem"],
    ["slackAllowList", "[]", "dir/file: is not the answer of admin.audit.anomaly.allow.getItem"],
    ["slackAllowList", '{"trusted_asns":["x"]}', "dir/file: is not the answer of admin.audit"],
    ["slackAllowList", '{"ok":false,"error":"not_an_enterprise"}', "has neither trusted_cidr nor"],
    ["slackAllowList", '{"trusted_cidr":["x"]}', 'trusted_cidr has "x", which is no range'],
    ["staff", "name,team\nAda,Payroll", "dir/file, line 1: the header has no column email or id"],
    ["staff", "email,name,Email\n", 'dir/file, line 1: two columns "email"'],
    ["staff", "email,name\na@x,Ada\n,Bo\n", "dir/file, line 3: has no email and no id"],
    [
      "staff",
      "email\na@x\nA@X\n",
      'dir/file, line 3: "a@x" is in line 2 already; a person has one line',
    ],
    [
      "staff",
      "email,id,n\na@x,U1,A\nb@x,U2,B\nA@x,u1,A\n",
      'dir/file, line 4: "a@x" is in line 2 already, "u1" is in line 2 already; a person has one line',
    ],
    [
      "staff",
      "email,id\na@x,U1\nb@x,U2\na@x,U2\n",
      'dir/file, line 4: "a@x" is in line 2 already, "u2" is in line 3 already',
    ],
    ["staff", "email,name\na@x,Ada,more\n", "dir/file, line 2: Invalid Record Length"],
    ["staff", 'email\n"a@x\n', "dir/file, line 2: Quote Not Closed"],
    ["staff", invalid, "dir/file: is not text in UTF-8"],
  ])("of %s is one line with its place: %j", (kind, content, message) => {
    const given = kind === "threatLists" ? [file(content)] : file(content);
    const read = () => readContext({ [kind]: given });
    expect(read).toThrow(ContextFileError);
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      expect((error as Error).message).not.toContain("\n");
    }
  });
});

describe("an error of a file", () => {
  const long = "x".repeat(10_000);
  it.each<[keyof ContextFiles, string]>([
    ["torExits", `10.0.0.1\n${long}`],
    ["networks", `10.0.0.1 ${"\u{1f600}".repeat(5000)} 10.0.0.2`],
    ["slackAllowList", JSON.stringify({ trusted_cidr: [long] })],
    ["slackAllowList", `{"${long}":x}`],
    ["staff", `email,${long},${long}\n`],
    ["staff", `email,id\n${long},${long}\n${long},${long}\n`],
    ["staff", `email,name\na,${long}"x\n`],
    ["staff", `email,name\n"a"${long}\n`],
  ])("is one line that can be read, whatever the file has: %s", (kind, content) => {
    const read = () => readContext({ [kind]: file(content) });
    expect(read).toThrow(ContextFileError);
    expect(read).toThrow(/^.{10,320}$/u);
  });
});
