/** What a change of the configuration does to a stack that is deployed: docs/reference/configuration.md. */
import { describe, expect, it } from "vitest";
import type { AuditLakeConfig } from "../../infra/config/config.ts";
import { CLASSES } from "../../lib/ocsf/classes.ts";
import { resourcesOf } from "../compatibility/template-resources.ts";
import { type Resource, synthesize } from "./synthesize.ts";

const key = (digit: string) =>
  `arn:aws:kms:eu-central-1:123456789012:key/${digit}1234567-89ab-cdef-0123-456789abcdef`;
const acme = { name: "acme" };
const other = { name: "other" };

const CONFIGURATIONS = {
  default: {},
  "another source": { sources: [acme, other] },
  "the other source alone": { sources: [other] },
  "a source turned off": { sources: [acme, { ...other, enabled: false }] },
  "a source with other settings": {
    sources: [
      {
        ...acme,
        apiBase: "https://api.slack-gov.com/audit/v1/",
        schedule: "15m",
        settleDelay: "2m",
        allowedLateness: "1h",
      },
    ],
  },
  "a token that rotates": { sources: [{ ...acme, tokenRotation: true }] },
  "a key": { kmsKeyArn: key("0") },
  "another key": { kmsKeyArn: key("2"), previousKeyArns: [key("0")] },
  retention: { archive: { retention: "365d" } },
  tiers: { archive: { tiers: [{ storageClass: "GLACIER_IR", after: "90d" }] } },
  "Object Lock": { archive: { objectLock: { mode: "GOVERNANCE", for: "30d" } } },
  "a longer Object Lock": { archive: { objectLock: { mode: "COMPLIANCE", for: "365d" } } },
  "a bucket's name": { archive: { bucketName: "acme-evidence" } },
  "another bucket's name": { archive: { bucketName: "acme-evidence-2" } },
  "a bucket that exists": { archive: { existingBucket: { name: "acme-evidence" } } },
  "columns off": { closing: { compact: false } },
  "sealing off": { closing: { enabled: false } },
  signing: { closing: { sign: true } },
  "detection off": { detection: { enabled: false } },
  "an e-mail": { alerts: { email: ["a@example.com"] } },
  "another e-mail": { alerts: { email: ["b@example.com"] } },
  "a topic that exists": {
    alerts: { existingTopic: { arn: "arn:aws:sns:eu-central-1:123456789012:alarms" } },
  },
  "events of OCSF": { ocsf: { enabled: true } },
  "a weekly report": { weeklyReport: { enabled: true } },
  "a database's name": { catalog: { database: "security" } },
  "a workgroup's name": { catalog: { workgroup: "security" } },
  "other limits": {
    catalog: { bytesScannedCutoff: "1TB", resultsRetention: "7d", namedAfterStack: true },
    dashboard: false,
    logRetention: "365d",
    archiveStartsOn: "2025-01-01",
    tags: { team: "security" },
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
  },
  readers: {
    catalog: { lakeFormation: "readers" },
    readers: [{ name: "analysts", principals: ["123456789012"], masked: true }],
  },
} satisfies Record<string, Partial<AuditLakeConfig>>;
type Name = keyof typeof CONFIGURATIONS;

/** What a change does to what holds data or has a name that people use; nothing, unless it is here. */
interface Effect {
  /** No longer the stack's, and still there. */
  left?: string[];
  /** Another one, empty, takes its place; of what holds data, the one before is still there. */
  replaced?: string[];
  /** Deleted: it holds nothing that cannot be made again. */
  deleted?: string[];
}

const BUCKET = "ArchiveBucket";
const SOURCE = (name: string): Effect => ({
  left: [`Ingestion${name}Token`],
  deleted: [`Backfill${name}BackfillLog`, `Closing${name}ClosingLog`],
});
const CATALOG = {
  replaced: ["AlertLines", "Alerts", "Database", "Hours", "Lines", "Manifests", "Ocsf", "View"].map(
    (id) => `Catalog${id}`,
  ),
};
/** They say how the files of events are read. */
const EVENT_TABLES = Object.keys(CLASSES)
  .map((name) => `Ocsf${name.replaceAll("_", "")}`)
  .sort();
/** The tables then read the other bucket. */
const EXISTING: Effect = {
  left: [BUCKET],
  replaced: ["CatalogAlertLines", "CatalogLines", "CatalogManifests"],
};
const KEY: Effect = { left: ["EncryptionKey"] };

/** From each configuration to the default and back; and from one to another. */
const CHANGES: [from: Name, to: Name, effect: Effect][] = [
  ...(Object.keys(CONFIGURATIONS) as Name[]).flatMap((name): [Name, Name, Effect][] =>
    name === "default"
      ? []
      : [
          ["default", name, TURNED_ON()[name] ?? {}],
          [name, "default", TURNED_OFF()[name] ?? {}],
        ],
  ),
  ["another source", "the other source alone", SOURCE("acme")],
  ["another source", "a source turned off", { deleted: SOURCE("other").deleted ?? [] }],
  ["a source turned off", "another source", {}],
  ["a key", "another key", {}],
  ["columns off", "retention", {}],
  ["tiers", "retention", {}],
  ["Object Lock", "a longer Object Lock", {}],
  ["a bucket's name", "another bucket's name", { replaced: [BUCKET] }],
  ["a bucket's name", "a bucket that exists", EXISTING],
  ["sealing off", "signing", {}],
  ["an e-mail", "another e-mail", {}],
  ["an e-mail", "a topic that exists", { deleted: ["NotificationsTopic"] }],
];

function TURNED_ON(): Partial<Record<Name, Effect>> {
  return {
    "the other source alone": SOURCE("acme"),
    "a key": KEY,
    "another key": KEY,
    "Object Lock": { replaced: [BUCKET] },
    "a longer Object Lock": { replaced: [BUCKET] },
    "a bucket's name": { replaced: [BUCKET] },
    "another bucket's name": { replaced: [BUCKET] },
    "a bucket that exists": EXISTING,
    "sealing off": { deleted: ["ClosingacmeClosingLog"] },
    "detection off": {
      left: ["DetectionMemory"],
      deleted: ["DetectionDeadLetters", "DetectionNewObjects"],
    },
    "a topic that exists": { deleted: ["NotificationsTopic"] },
    "a database's name": CATALOG,
    "a workgroup's name": { replaced: ["CatalogWorkgroup"] },
  };
}

function TURNED_OFF(): Partial<Record<Name, Effect>> {
  return {
    "another source": SOURCE("other"),
    "a source turned off": { left: ["IngestionotherToken"] },
    "the other source alone": SOURCE("other"),
    "Object Lock": { replaced: [BUCKET] },
    "a longer Object Lock": { replaced: [BUCKET] },
    "a bucket's name": { replaced: [BUCKET] },
    "another bucket's name": { replaced: [BUCKET] },
    signing: { left: ["ClosingSigningKey"] },
    "a database's name": CATALOG,
    "a workgroup's name": { replaced: ["CatalogWorkgroup"] },
    "a bucket that exists": { replaced: EXISTING.replaced ?? [] },
    "events of OCSF": { left: ["OcsfBucket"], deleted: EVENT_TABLES },
    readers: { deleted: ["CatalogMasked"] },
  };
}

/** What nobody can make again. */
const HOLDS_DATA = new Set([
  "AWS::DynamoDB::Table",
  "AWS::KMS::Key",
  "AWS::S3::Bucket",
  "AWS::SecretsManager::Secret",
]);

/** Names that CloudFormation gives a resource, so that no other can have it. */
const NAMES = [
  "AliasName",
  "BucketName",
  "LogGroupName",
  "Name",
  "QueueName",
  "TableName",
  "TopicName",
];

const POLICIES = ["DeletionPolicy", "UpdateReplacePolicy"];

const templateOf = (name: Name): Record<string, unknown> =>
  synthesize(CONFIGURATIONS[name]).template.toJSON();
const withoutHash = (id: string) => id.replace(/[0-9A-F]{8}$/, "");
const fixed = (data: Record<string, unknown> | undefined) =>
  JSON.stringify(Object.entries(data ?? {}).filter(([name]) => !POLICIES.includes(name)));

/** What becomes of what holds data or has a name, by logical id. */
function effectOf(from: Name, to: Name) {
  const [before, after] = [templateOf(from), templateOf(to)];
  const [old, now] = [resourcesOf(before), resourcesOf(after)];
  const resources = before.Resources as Record<string, Resource & { UpdateReplacePolicy?: string }>;
  // Functions come and go with many settings; their logs stay, under names that nobody wants again.
  const ids = Object.keys(old.data).filter((id) => !/Function\w*Log|DetectLog|DriftLog/.test(id));
  const gone = ids.filter((id) => !(id in now.data));
  const isKept = (id: string) => resources[id]?.DeletionPolicy?.startsWith("Retain") === true;
  return {
    resources,
    types: old.types,
    left: gone.filter(isKept),
    deleted: gone.filter((id) => !isKept(id)),
    replaced: ids.filter((id) => id in now.data && fixed(old.data[id]) !== fixed(now.data[id])),
  };
}

describe.each(CHANGES)("from '%s' to '%s'", (from, to, expected) => {
  const { resources, types, left, deleted, replaced } = effectOf(from, to);
  const sorted = (ids: readonly string[] = []) => ids.map(withoutHash).toSorted();

  it("leaves, replaces and deletes what the documentation says, and nothing else", () => {
    expect({ left: sorted(left), replaced: sorted(replaced), deleted: sorted(deleted) }).toEqual({
      left: sorted(expected.left),
      replaced: sorted(expected.replaced),
      deleted: sorted(expected.deleted),
    });
  });

  it("loses no data, and leaves nothing whose name is in the way", () => {
    const held = (id: string) => HOLDS_DATA.has(types[id] ?? "");
    expect(deleted.filter(held)).toEqual([]);
    for (const id of replaced.filter(held)) {
      expect(resources[id]?.UpdateReplacePolicy, id).toBe("Retain");
    }
    for (const id of [...left, ...replaced.filter(held)]) {
      const names = NAMES.filter((name) => name in (resources[id]?.Properties ?? {}));
      // Who gives the bucket a name takes it back as one that exists.
      expect(names, id).toEqual(from.includes("bucket's name") ? ["BucketName"] : []);
    }
  });
});

it("two stacks of a region have no name in common, if they are named after themselves", () => {
  const namesOf = (stackName: string) => {
    const { Resources } = synthesize({
      stackName,
      catalog: { namedAfterStack: true },
    }).template.toJSON();
    return Object.values(Resources as Record<string, Resource>).flatMap(({ Type, Properties }) =>
      // Those of saved queries are their workgroup's own, and those of tables the database's.
      Type === "AWS::Athena::NamedQuery"
        ? []
        : [...NAMES, "AlarmName", "DashboardName"]
            .map((name) => Properties?.[name] ?? Properties?.DatabaseInput?.[name])
            .filter((name) => typeof name === "string"),
    );
  };
  const [first, second] = [namesOf("SlackAuditLake"), namesOf("AcmeAuditEU")];

  expect(first.length).toBeGreaterThan(20);
  expect(first.filter((name) => second.includes(name))).toEqual([]);
});
