import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const deviceControlsChanged: Rule = {
  id: "device-controls-changed",
  title: "Device and download controls changed",
  severity: "medium",
  reason: "These settings keep data off devices and networks that nobody manages.",
  checks: ["Compare the value before and after.", "See who downloaded files after the change."],
  falsePositives: ["A pilot or an exception for some devices."],
  query: "security-settings-changed",
  techniques: ["T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.enterprise_mobile_device_check",
    "pref.block_download_and_copy_on_untrusted_mobile",
    "pref.block_file_download_for_unapproved_ip",
    "pref.ent_required_browser",
    "pref.mobile_secondary_auth_timeout_changed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed device controls in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.enterprise_mobile_device_check",
        entry: exampleEntry("pref.enterprise_mobile_device_check"),
      },
      {
        name: "pref.block_download_and_copy_on_untrusted_mobile",
        entry: exampleEntry("pref.block_download_and_copy_on_untrusted_mobile"),
      },
      {
        name: "pref.block_file_download_for_unapproved_ip",
        entry: exampleEntry("pref.block_file_download_for_unapproved_ip"),
      },
      { name: "pref.ent_required_browser", entry: exampleEntry("pref.ent_required_browser") },
      {
        name: "pref.mobile_secondary_auth_timeout_changed",
        entry: exampleEntry("pref.mobile_secondary_auth_timeout_changed"),
      },
    ],
    ignore: [
      {
        name: "another setting",
        because: "it guards no device and no download",
        entry: exampleEntry("pref.allow_calls"),
      },
    ],
  },
};
