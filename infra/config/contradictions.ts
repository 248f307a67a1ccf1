/** What no single value of a configuration shows: those that do not go together. */

import { DETECTIONS } from "../../lib/detect/detections.ts";
import { SUPPRESSION_EXPIRED } from "../../lib/detect/expired-suppression.ts";
import { noSource, unknownSources } from "../../lib/detect/unknown-sources.ts";
import { checkRouting } from "../../lib/notify/check-routing.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import type { LakeConfig } from "./schema.ts";

/** Slack has no audit logs from before this day. */
const FIRST_DAY_OF_AUDIT_LOGS = "2018-03-01";

/** A value that is right by itself and wrong beside another. */
export type Contradiction = { path: PropertyKey[]; message: string };

export function* contradictions(config: LakeConfig): Generator<Contradiction> {
  const { countries, networkOwners, networks, slackAllowList } = config.detection.context;
  const files = [countries, networkOwners, networks, slackAllowList];
  if (config.detection.addressTable && files.every((file) => file === undefined)) {
    yield {
      path: ["detection", "addressTable"],
      message:
        "would be empty: give detection.context countries, networkOwners, networks or slackAllowList",
    };
  }
  const { archiveStartsOn, sources, closing, alerts, removalPolicy } = config;
  if (archiveStartsOn < FIRST_DAY_OF_AUDIT_LOGS) {
    yield {
      path: ["archiveStartsOn"],
      message: `"${archiveStartsOn}" is too early; Slack has nothing before "${FIRST_DAY_OF_AUDIT_LOGS}"`,
    };
  }
  for (const [index, source] of sources.entries()) {
    const { name, firstStart, schedule, allowedLateness, alarms } = source;
    if (sources.findIndex((other) => other.name === name) !== index) {
      yield {
        path: ["sources", index, "name"],
        message: `"${name}" is there twice; each source needs its own name`,
      };
    }
    const withoutHyphens = name.replaceAll("-", "");
    const alike = sources
      .slice(0, index)
      .find((other) => other.name !== name && other.name.replaceAll("-", "") === withoutHyphens);
    if (alike !== undefined) {
      yield {
        path: ["sources", index, "name"],
        message: `"${name}" and "${alike.name}" differ only in hyphens, which CloudFormation's names leave out`,
      };
    }
    if (alarms.lag <= schedule) {
      yield {
        path: ["sources", index, "alarms", "lag"],
        message: `must be longer than the schedule's ${schedule / 60} minutes, or the alarm would never rest`,
      };
    }
    if (alarms.silence !== "off" && alarms.silence < schedule) {
      yield {
        path: ["sources", index, "alarms", "silence"],
        message: `must be no shorter than the schedule's ${schedule / 60} minutes, in which there is nothing to hear`,
      };
    }
    if (closing.enabled && allowedLateness >= closing.delay) {
      yield {
        path: ["closing", "delay"],
        message: `must be longer than the ${allowedLateness / 60} minutes in which ${name} looks for late entries (allowedLateness)`,
      };
    }
    if (firstStart !== undefined && firstStart < archiveStartsOn) {
      yield {
        path: ["sources", index, "firstStart"],
        message: `"${firstStart}" is before archiveStartsOn "${archiveStartsOn}", so queries would not see its first entries`,
      };
    }
  }
  yield* readerContradictions(config);
  yield* archiveContradictions(config.archive);
  yield* routingContradictions(config);
  if (closing.compact === true && typeof config.archive.retention === "number") {
    yield {
      path: ["closing", "compact"],
      message: "cannot stand beside archive.retention, which would delete the files of its table",
    };
  }
  if (config.ocsf.enabled && !closing.enabled) {
    yield {
      path: ["ocsf", "enabled"],
      message: "cannot be combined with closing.enabled: false; only sealed days become events",
    };
  }
  if (config.archive.objectLock !== undefined && removalPolicy === "destroy") {
    yield {
      path: ["removalPolicy"],
      message: `"destroy" cannot delete objects under objectLock; write "retain"`,
    };
  }
  if (config.archive.existingBucket !== undefined && removalPolicy === "destroy") {
    yield {
      path: ["removalPolicy"],
      message: `"destroy" does not reach an existingBucket; write "retain"`,
    };
  }
  if (alerts.existingTopic !== undefined && alerts.email.length > 0) {
    yield {
      path: ["alerts", "email"],
      message: "cannot stand beside existingTopic; subscribe the addresses to that topic",
    };
  }
}

/** Of the keys of tags. */
export function* tagContradictions(
  tags: Readonly<Record<string, string>>,
): Generator<Contradiction> {
  for (const key of Object.keys(tags)) {
    if (!/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)) {
      yield {
        path: ["tags"],
        message: `${JSON.stringify(key)} is not a tag key: 1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:`,
      };
    }
  }
}

function* readerContradictions({ readers, sources }: LakeConfig): Generator<Contradiction> {
  const known = sources.map(({ name }) => name);
  for (const [index, { name, sources: read = [] }] of readers.entries()) {
    const withoutHyphens = name.replaceAll("-", "");
    if (
      readers.slice(0, index).some((other) => other.name.replaceAll("-", "") === withoutHyphens)
    ) {
      yield {
        path: ["readers", index, "name"],
        message: `"${name}" is there twice, hyphens aside; each reader needs its own name`,
      };
    }
    for (const source of read) {
      if (!known.includes(source)) {
        const path = ["readers", index, "sources"];
        yield { path, message: `"${source}" ${noSource(known)}` };
      }
    }
  }
}

function* routingContradictions({
  detection: { enabled, targets, routes, rules, suppressions, ownRules },
  sources,
}: LakeConfig): Generator<Contradiction> {
  const known = {
    ruleIds: [...DETECTIONS, ...(ownRules?.rules ?? []), SUPPRESSION_EXPIRED].map(({ id }) => id),
    sources: sources.map(({ name }) => name),
  };
  for (const { path, message } of [
    ...checkRouting({ targets, routes }, known),
    ...unknownSources({ rules, suppressions }, known.sources),
  ]) {
    yield { path: ["detection", ...path], message };
  }
  const names = Object.keys(targets);
  for (const [index, name] of names.entries()) {
    const withoutHyphens = name.replaceAll("-", "");
    const alike = names
      .slice(0, index)
      .find((other) => other.replaceAll("-", "") === withoutHyphens);
    if (alike !== undefined) {
      yield {
        path: ["detection", "targets", name],
        message: `and "${alike}" differ only in hyphens, which CloudFormation's names leave out`,
      };
    }
  }
  if (!enabled && names.length > 0) {
    yield { path: ["detection", "targets"], message: "get nothing while detection is not enabled" };
  }
}

function* archiveContradictions(archive: LakeConfig["archive"]): Generator<Contradiction> {
  const { existingBucket, tiers = [], retention, objectLock } = archive;
  if (existingBucket !== undefined) {
    for (const key of ["bucketName", "tiers", "retention", "objectLock"] as const) {
      if (archive[key] !== undefined) {
        yield {
          path: ["archive", key],
          message: "cannot stand beside existingBucket, which keeps its own settings",
        };
      }
    }
  }
  for (const [index, { storageClass, after }] of tiers.entries()) {
    const path = ["archive", "tiers", index, "after"];
    const before = tiers[index - 1];
    if (before !== undefined && before.after >= after) {
      yield { path, message: "is not later than the tier before it" };
    }
    if (storageClass === "STANDARD_IA" && after < 30 * SECONDS_PER_DAY) {
      yield { path, message: 'is too early; S3 takes STANDARD_IA from "30d"' };
    }
  }
  const lastTier = tiers.at(-1);
  if (typeof retention !== "number") {
    return;
  }
  if (lastTier !== undefined && retention <= lastTier.after) {
    yield {
      path: ["archive", "retention"],
      message: "is over before the last tier begins; lengthen it or drop the tier",
    };
  }
  if (objectLock !== undefined && retention < objectLock.for) {
    yield {
      path: ["archive", "retention"],
      message: "is shorter than objectLock.for, until which S3 refuses to delete",
    };
  }
}
