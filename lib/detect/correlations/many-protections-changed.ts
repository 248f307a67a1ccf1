import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { anomalyResponseWeakened } from "../rules/anomaly-response-weakened.ts";
import { appApprovalRulesChanged } from "../rules/app-approval-rules-changed.ts";
import { deviceControlsChanged } from "../rules/device-controls-changed.ts";
import { dlpRuleChanged } from "../rules/dlp-rule-changed.ts";
import { ekmLoggingChanged } from "../rules/ekm-logging-changed.ts";
import { ekmRemoved } from "../rules/ekm-removed.ts";
import { externalSharingPolicyChanged } from "../rules/external-sharing-policy-changed.ts";
import { idpConfigurationChanged } from "../rules/idp-configuration-changed.ts";
import { informationBarrierChanged } from "../rules/information-barrier-changed.ts";
import { intuneDisabled } from "../rules/intune-disabled.ts";
import { ipAllowlistChanged } from "../rules/ip-allowlist-changed.ts";
import { mfaSettingsChanged } from "../rules/mfa-settings-changed.ts";
import { publicFileLinkPolicyChanged } from "../rules/public-file-link-policy-changed.ts";
import { retentionChanged } from "../rules/retention-changed.ts";
import { sessionDurationChanged } from "../rules/session-duration-changed.ts";
import { ssoSettingsChanged } from "../rules/sso-settings-changed.ts";
import { ACTOR } from "../subjects.ts";

/** What the rules about single settings look at, as far as it protects accounts or data. */
const PROTECTIONS = [
  mfaSettingsChanged,
  ssoSettingsChanged,
  idpConfigurationChanged,
  ipAllowlistChanged,
  dlpRuleChanged,
  ekmLoggingChanged,
  ekmRemoved,
  retentionChanged,
  sessionDurationChanged,
  anomalyResponseWeakened,
  appApprovalRulesChanged,
  deviceControlsChanged,
  externalSharingPolicyChanged,
  intuneDisabled,
  informationBarrierChanged,
  publicFileLinkPolicyChanged,
].flatMap(({ actions }) => actions);

const changed = (index: number) => exampleEntry(PROTECTIONS[index] ?? "");

export const manyProtectionsChanged: Correlation = {
  id: "many-protections-changed",
  title: "Many protections changed by one admin",
  severity: "critical",
  reason:
    "One protection after the other is changed: someone prepares the ground, or has your organization already. Reach the admin by another way than Slack.",
  checks: [
    "Reach the admin by another way than Slack.",
    "Put the protections back, and end the admin's sessions.",
  ],
  falsePositives: ["The set-up of a new organization, or an audit that asks for changes."],
  query: "security-settings-changed",
  techniques: ["T1562.001", "T1556"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [{ actions: PROTECTIONS, by: ACTOR, atLeast: 5, distinct: ({ action }) => action }],
  alertTitle: (admin, { atLeast, within }) =>
    `${admin} changed at least ${atLeast} kinds of protection within ${within}`,
  examples: {
    match: [{ name: "five settings", entries: exampleSeries(5, changed, { stepSeconds: 300 }) }],
    ignore: [
      {
        name: "four settings",
        because: "an admin who sets up a workspace changes some",
        entries: exampleSeries(4, changed),
      },
      {
        name: "one setting again and again",
        because: "the rule of that setting reports it",
        entries: exampleSeries(9, () => changed(0)),
      },
    ],
  },
};
