import { readFileSync } from "node:fs";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { PREFIXES, parseObjectKey, toObjectKey } from "../../lib/archive/object-key.ts";
import { toNotification } from "../../lib/detect/alert-notification.ts";
import { parseObjectCreated } from "../../lib/detect/object-created-event.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { DownstreamConsumer } from "../fixtures/downstream-consumer.ts";
import { OBJECT_CREATED } from "../fixtures/object-created-event.ts";

const DOC = read("../../docs/operate/downstream.md");

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

/** Code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...DOC.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(
    ([, code = ""]) => code,
  );
}

describe("docs/operate/downstream.md", () => {
  const [event = "", alert = ""] = blocks("json");
  const [stack] = blocks("ts");

  it("shows an event that the consumer takes", () => {
    expect(JSON.parse(event)).toEqual(OBJECT_CREATED);
    const { key } = parseObjectCreated(event, OBJECT_CREATED.detail.bucket.name);
    const name = parseObjectKey(key);
    expect(name).toBeDefined();
    expect(name && toObjectKey(name)).toBe(key);
  });

  it("takes that key apart in words that hold", () => {
    const name = parseObjectKey(OBJECT_CREATED.detail.object.key);
    for (const part of [name?.source, name?.minDateCreate, name?.maxDateCreate, name?.hash]) {
      expect(DOC).toContain(`| \`${part}\` |`);
    }
  });

  it("shows the stack that is synthesized here", () => {
    expect(stack).toBe(read("../fixtures/downstream-consumer.ts"));
  });

  it("subscribes that stack to what the archive writes", () => {
    const app = new App();
    const consumer = new DownstreamConsumer(app, "Consumer", { archiveBucket: "slack-audit-lake" });
    Template.fromStack(consumer).hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: [OBJECT_CREATED.source],
        "detail-type": [OBJECT_CREATED["detail-type"]],
        detail: {
          bucket: { name: [OBJECT_CREATED.detail.bucket.name] },
          object: { key: [{ prefix: `${PREFIXES.auditLogs}source=grid/` }] },
        },
      },
    });
  });

  it("shows the fields and the attributes that an alert has", () => {
    const { data, attributes } = toNotification(makeAlert("a"));
    const shown = JSON.parse(alert);
    expect(Object.keys(shown).toSorted()).toEqual(Object.keys(data as object).toSorted());
    expect(Object.keys(shown.entry).toSorted()).toEqual(
      Object.keys(makeAlert("a").entry).toSorted(),
    );
    for (const name of Object.keys(attributes)) {
      expect(DOC).toContain(`| \`${name}\` |`);
    }
  });
});
