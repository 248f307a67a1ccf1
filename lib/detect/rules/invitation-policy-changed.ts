import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const invitationPolicyChanged: Rule = {
  id: "invitation-policy-changed",
  title: "Who may let people in changed",
  severity: "medium",
  reason: "Decides who invites members and guests, with whose approval and for how long.",
  checks: [
    "Compare the value before and after.",
    "See who was invited since, with the query guest-accounts.",
  ],
  falsePositives: ["A review of the policy by those who run Slack."],
  query: "settings-changed",
  techniques: ["T1562.001", "T1098"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.invites_only_admins_changed",
    "pref.invites_only_admins",
    "pref.invite_requests_approval_channel_changed",
    "pref.who_can_manage_guests",
    "pref.max_guest_duration",
    "pre.max_guest_duration",
    "pref.members_only",
  ],

  alertTitle: (entry) =>
    `${actorName(entry)} changed who may let people into ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.invites_only_admins_changed",
        entry: exampleEntry("pref.invites_only_admins_changed"),
      },
      { name: "pref.invites_only_admins", entry: exampleEntry("pref.invites_only_admins") },
      {
        name: "pref.invite_requests_approval_channel_changed",
        entry: exampleEntry("pref.invite_requests_approval_channel_changed"),
      },
      { name: "pref.who_can_manage_guests", entry: exampleEntry("pref.who_can_manage_guests") },
      { name: "pref.max_guest_duration", entry: exampleEntry("pref.max_guest_duration") },
      { name: "pre.max_guest_duration", entry: exampleEntry("pre.max_guest_duration") },
      { name: "pref.members_only", entry: exampleEntry("pref.members_only") },
    ],
    ignore: [
      {
        name: "one guest",
        because: "the query guest-accounts lists it",
        entry: exampleEntry("guest_created", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
