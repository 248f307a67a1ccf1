import { createHmac, timingSafeEqual } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TargetRefusedError } from "../../lib/notify/target.ts";
import { WebhookTarget } from "../../lib/notify/webhook-target.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { type ReceivedRequest, ScriptedServer } from "./scripted-server.ts";
import { makeSender, NOW_MS, secretOf } from "./target-bed.ts";

const KEY = Buffer.from("0123456789abcdef0123456789abcdef");
const SECRET = `whsec_${KEY.toString("base64")}`;

let server: ScriptedServer;
beforeAll(async () => {
  server = await ScriptedServer.start(() => ({ status: 200 }));
});
afterAll(() => server.stop());

function send(secret: string): Promise<void> {
  server.reset();
  const clock = new VirtualClock(NOW_MS);
  const settings = { url: `${server.endpoint}/hook`, clock };
  return new WebhookTarget(makeSender(clock), secretOf(secret), settings).send(makeAlert("a"));
}

/** As docs/operate/routing.md tells receivers. */
function isAuthentic({ headers, rawBody }: ReceivedRequest, nowSeconds: number): boolean {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  if (Math.abs(nowSeconds - Number(timestamp)) > 300) return false;
  const expected = createHmac("sha256", KEY).update(`${id}.${timestamp}.${rawBody}`).digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice(3), "base64"))
    .some(
      (actual) => actual.byteLength === expected.byteLength && timingSafeEqual(actual, expected),
    );
}

it("sends the alert as JSON, signed as Standard Webhooks has it", async () => {
  await send(SECRET);
  const [request] = server.received as [ReceivedRequest];
  expect(request.body).toMatchObject({ type: "alert", id: "a", ruleId: "intune-disabled" });
  expect(request.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": "a",
    "webhook-timestamp": String(NOW_MS / 1000),
  });
  expect(isAuthentic(request, NOW_MS / 1000 + 299)).toBe(true);
  expect(isAuthentic(request, NOW_MS / 1000 + 301)).toBe(false);
  expect(isAuthentic({ ...request, rawBody: `${request.rawBody} ` }, NOW_MS / 1000)).toBe(false);
});

it.each(["", "whsec_", "whsec_c2hvcnQ=", KEY.toString("base64"), `${SECRET}!`])(
  "refuses the key %j, without quoting it",
  async (secret) => {
    const error = await send(secret).catch((error: Error) => error);
    expect(error).toBeInstanceOf(TargetRefusedError);
    if (secret.length > 10) expect((error as Error).message).not.toContain(secret);
    expect(server.received).toEqual([]);
  },
);
