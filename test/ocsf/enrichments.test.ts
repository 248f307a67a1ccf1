import { expect, it } from "vitest";
import { AddressContext } from "../../lib/detect/context/address-context.ts";
import { StaffList } from "../../lib/detect/context/staff-list.ts";
import { toFinding } from "../../lib/ocsf/alert-event.ts";
import { SCHEMA_VERSIONS } from "../../lib/ocsf/classes.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { exampleContext } from "./example-context.ts";
import { exampleLines, knownActions } from "./example-lines.ts";
import { problemsOf } from "./validate.ts";
import { writtenEvent } from "./written-event.ts";

const CONTEXT = exampleContext();
const LINES = exampleLines([...knownActions(), "an_action_of_tomorrow"]);

/** The event of an action that somebody did from an address. */
function eventOf(action: string, ipAddress: string, email = "bo@example.com") {
  const [line = ""] = exampleLines([action]);
  const entry = JSON.parse(line);
  entry.context.ip_address = ipAddress;
  entry.actor.user.email = email;
  return writtenEvent(JSON.stringify(entry), "1.5.0", CONTEXT);
}

it.each(SCHEMA_VERSIONS)(
  "what is added leaves every action's event valid in version %s",
  (version) => {
    const events = LINES.map((line) => writtenEvent(line, version, CONTEXT));

    expect(events.flatMap(problemsOf)).toEqual([]);
    expect(events.filter(({ enrichments }) => enrichments === undefined)).toEqual([]);
  },
);

it("puts what has a place there, and all of it beside what it was said of", () => {
  const event = eventOf("user_login", "192.0.2.0");

  expect(event).toMatchObject({
    src_endpoint: {
      ip: "192.0.2.0",
      location: { country: "DE" },
      autonomous_system: { number: 64500, name: "Example Telecom" },
    },
    enrichments: [
      {
        name: "src_endpoint.ip",
        value: "192.0.2.0",
        type: "address",
        data: {
          country: "DE",
          network: "AS64500 Example Telecom",
          isKnownNetwork: false,
          lists: ["Tor exits"],
        },
      },
      { name: "actor.user.uid", value: "U1", type: "staff", data: { department: "Sales" } },
    ],
  });
});

it("takes a network of one's own for no system, whatever it is called", () => {
  const { src_endpoint } = eventOf("user_login", "2001:db8::1");

  expect(src_endpoint).toEqual({ ip: "2001:db8::1", location: { country: "DE" } });
});

it("takes a number that the schema's integers cannot hold for none of a system", () => {
  const owners = { owner: () => ({ asn: 4_200_000_000, name: "Ours" }) };
  const context = { addresses: new AddressContext({ owners }) };
  const line = '{"action":"user_login","context":{"ip_address":"192.0.2.0"}}';
  const { src_endpoint, enrichments } = writtenEvent(line, "1.5.0", context);

  expect(src_endpoint).toEqual({ ip: "192.0.2.0" });
  expect(enrichments).toMatchObject([{ data: { network: "AS4200000000 Ours" } }]);
});

it("knows no place for a system where the address is a device's", () => {
  expect(eventOf("app_installed", "192.0.2.0")).toMatchObject({
    device: { ip: "192.0.2.0", location: { country: "DE" } },
    enrichments: [{ name: "device.ip", data: { network: "AS64500 Example Telecom" } }, {}],
  });
});

it("adds nothing where no file says anything", () => {
  const [line = ""] = exampleLines(["user_login"]);
  const plain = JSON.stringify({ ...JSON.parse(line), actor: {}, context: {} });

  expect(writtenEvent(plain, "1.5.0", CONTEXT)).toEqual(writtenEvent(plain, "1.5.0"));
});

it("finds people whose id is no ASCII, and says of them what the list says", () => {
  const staff = new StaffList(new Map([["ü1", { department: "Käse 🧀" }]]));
  const line = '{"action":"user_login","actor":{"user":{"id":"Ü1"}}}';

  expect(writtenEvent(line, "1.5.0", { ...CONTEXT, staff }).enrichments).toEqual([
    { name: "actor.user.uid", value: "Ü1", type: "staff", data: { department: "Käse 🧀" } },
  ]);
});

it("takes half a pair in an id for nobody else's", () => {
  const staff = new StaffList(new Map([["u1", { department: "Sales" }]]));
  const line = '{"action":"user_login","actor":{"user":{"id":"\\ud855\\ud831"}}}';

  expect(writtenEvent(line, "1.5.0", { ...CONTEXT, staff })).not.toHaveProperty("enrichments");
});

it("says of an alert's address where it is, in the same places", () => {
  const alert = makeAlert("intune-disabled/grid/2026-01-05T10:00:00Z/0");
  const entry = { ...alert.entry, ipAddress: "192.0.2.1", country: "DE", network: "Office" };

  expect(toFinding({ ...alert, entry })).toMatchObject({
    device: { ip: "192.0.2.1", location: { country: "DE" } },
    enrichments: [{ name: "device.ip", data: { country: "DE", network: "Office" } }],
  });
});
