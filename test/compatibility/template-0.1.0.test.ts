import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AuditLakeConfig } from "../../infra/config/config.ts";
import { synthesize } from "../infra/synthesize.ts";
import { resourcesOf, type TemplateResources } from "./template-resources.ts";

/**
 * Stacks of version 0.1.0; `test/fixtures/template-0.1.0.make.mjs` made it there. Never make it again
 * with a later version.
 */
const STACKS_OF_0_1_0: ({ name: string; config: Partial<AuditLakeConfig> } & TemplateResources)[] =
  JSON.parse(readFileSync("test/fixtures/template-0.1.0.json", "utf8"));

/**
 * What later versions changed on purpose, by logical id and type, in one configuration or several.
 * Nothing that holds data belongs here.
 */
const ALLOWED: Record<"added" | "removed" | "changed", RegExp[]> = {
  added: [
    /^Monitoring\w+evidencealtered\w+ \(AWS::CloudWatch::Alarm\)$/,
    / \(AWS::Athena::NamedQuery\)$/,
    // Names of tables, which hold nothing: the log of alerts, and OCSF.
    /^Catalog(?:AlertLines|Alerts|Ocsf)[0-9A-F]{8} \(AWS::Glue::Table\)$/,
    // The files of the columns have one of their own; the archive's keeps what it has.
    /^ArchiveColumns(?:Policy|AutoDeleteObjectsCustomResource)?[0-9A-F]{8} /,
  ],
  removed: [],
  // Logs of state machines, which had a fixed name and stayed behind: no stack could be made anew.
  changed: [/^(?:Backfill|Closing)\w+?(?:Backfill|Closing)Log[0-9A-F]{8}$/],
};

describe.each(STACKS_OF_0_1_0)("a stack of 0.1.0 with $name", ({ config, types, data }) => {
  const now = resourcesOf(synthesize(config).template.toJSON());

  it("keeps every resource that holds data: logical id, fixed properties, deletion policy", () => {
    const kept = Object.fromEntries(
      Object.entries(data).filter(([id]) => !isAllowed(ALLOWED.changed, id)),
    );
    expect(Object.keys(kept).length).toBeGreaterThan(20);
    expect(pick(now.data, kept)).toEqual(kept);
    expect(pick(now.types, data)).toEqual(pick(types, data));
  });

  it("has the same resources, but for those that were changed on purpose", () => {
    const [before, after] = [describeAll(types), describeAll(now.types)];
    expect({
      added: without(after, before, ALLOWED.added),
      removed: without(before, after, ALLOWED.removed),
    }).toEqual({ added: [], removed: [] });
  });
});

function pick<T>(of: Record<string, T>, ids: Record<string, unknown>): Record<string, T> {
  return Object.fromEntries(Object.entries(of).filter(([id]) => id in ids));
}

/** `EncryptionKey3A692D6E (AWS::KMS::Key)` */
function describeAll(types: Record<string, string>): string[] {
  return Object.entries(types).map(([id, type]) => `${id} (${type})`);
}

function without(all: readonly string[], some: readonly string[], allowed: RegExp[]): string[] {
  return all.filter((one) => !some.includes(one) && !isAllowed(allowed, one));
}

function isAllowed(allowed: RegExp[], one: string): boolean {
  return allowed.some((pattern) => pattern.test(one));
}
