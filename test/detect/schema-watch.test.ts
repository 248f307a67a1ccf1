import { describe, expect, it } from "vitest";
import type { Notification } from "../../lib/detect/ports.ts";
import { watchSchema } from "../../lib/detect/schema-watch.ts";
import { MAX_SEEN_TERMS, seenName } from "../../lib/detect/seen-names.ts";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { SlackBodyError } from "../../lib/slack/errors.ts";
import { MemorySeenNamesStore } from "../fakes/memory-seen-names-store.ts";

function bed(actions: Record<string, string[]>, schemas: unknown[] = []) {
  const answers = { actions: { actions } as unknown, schemas: { schemas } };
  const published: Notification[] = [];
  const ports = {
    slack: new AuditLogsClient({
      fetch: async (url) =>
        Response.json(String(url).endsWith("actions") ? answers.actions : answers.schemas),
    }),
    vocabulary: new MemorySeenNamesStore(),
    sink: {
      publish: async (notification: Notification) => {
        published.push(notification);
      },
    },
  };
  return { answers, ports, published, check: () => watchSchema("grid", ports) };
}

describe("watchSchema", () => {
  it("takes the first look for known, and reports nothing while nothing changes", async () => {
    const { check, published, ports } = bed({ user: ["user_login"] });
    await ports.vocabulary.add(seenName("grid"), new Set(["action:user_login"]));
    expect(await check()).toMatchObject({ baseline: true, announced: [], withdrawn: [], seen: [] });
    expect(await check()).toMatchObject({ baseline: false, announced: [], seen: [] });
    expect(published).toEqual([]);
  });

  it("reports what Slack lists anew and no longer, once", async () => {
    const { answers, check, published } = bed({ user: ["user_login", "old_action"] }, [
      { type: "user", user: { id: "string" } },
    ]);
    await check();
    answers.actions = { actions: { user: ["user_login", "new_action"] } };
    answers.schemas.schemas = [{ type: "user", user: { id: "string", badge: "string" } }];
    expect(await check()).toMatchObject({
      announced: ["action:new_action", "field:entity.user.badge"],
      withdrawn: ["action:old_action"],
    });
    await check();
    expect(published.map(({ subject }) => subject)).toEqual([
      "[INFO] Slack's audit logs of grid have changed: 2 announced, 1 withdrawn, 0 first seen",
    ]);
    expect(published[0]?.text).toContain("Slack no longer lists:\n- action:old_action\n");
    expect(published[0]).toMatchObject({
      attributes: { type: "schema_drift", severity: "info", source: "grid" },
      data: { type: "schema_drift", source: "grid", withdrawn: ["action:old_action"] },
    });
  });

  it("reports what stands in entries for the first time, once, and says what Slack does not list", async () => {
    const { check, published, ports } = bed({ user: ["user_login", "user_logout"] });
    await check();
    const terms = ["action:user_logout", "action:secret_action", "field:details.x"];
    await ports.vocabulary.add(seenName("grid"), new Set(terms));
    expect((await check()).seen).toEqual(terms.toSorted());
    await check();
    expect(published).toHaveLength(1);
    expect(published[0]?.text).toContain(`In entries for the first time:
- action:secret_action (not on Slack's list)
- action:user_logout
- field:details.x
`);
  });

  it("reports again when it dies before it remembers", async () => {
    const { answers, check, published, ports } = bed({ user: ["user_login"] });
    await check();
    answers.actions = { actions: { user: ["user_login", "new_action"] } };
    const { replace } = ports.vocabulary;
    ports.vocabulary.replace = async () => {
      throw new Error("the function died here");
    };
    await expect(check()).rejects.toThrow("died");
    ports.vocabulary.replace = replace.bind(ports.vocabulary);
    await check();
    expect(published).toHaveLength(2);
  });

  it("remembers nothing when the report cannot be sent", async () => {
    const { answers, check, ports } = bed({ user: ["user_login"] });
    await check();
    answers.actions = { actions: { user: ["new_action"] } };
    const before = new Map(ports.vocabulary.sets);
    ports.sink.publish = async () => {
      throw new Error("throttled");
    };
    await expect(check()).rejects.toThrow("throttled");
    expect(ports.vocabulary.sets).toEqual(before);
  });

  it("compares nothing with an answer that is no list", async () => {
    const { answers, check, published } = bed({ user: ["user_login"] });
    await check();
    answers.actions = { ok: true };
    await expect(check()).rejects.toThrow(SlackBodyError);
    expect(published).toEqual([]);
  });

  it("keeps a message readable when very much is new, and says when the store is full", async () => {
    const { check, published, ports } = bed({ user: ["user_login"] });
    await check();
    const many = Array.from({ length: MAX_SEEN_TERMS }, (_, i) => `field:f${i}`);
    await ports.vocabulary.add(seenName("grid"), new Set(many));
    expect(await check()).toMatchObject({ full: true });
    expect(published[0]?.text).toContain(`- and ${MAX_SEEN_TERMS - 200} more`);
    expect(published[0]?.text).toContain("further new ones are not recorded");
    expect(Buffer.byteLength(JSON.stringify(published))).toBeLessThan(64 * 1024);
  });
});
